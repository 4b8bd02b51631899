/** Where a level's rows are kept. */
export function levelFolder(path: string, level: number): string {
  return `${path}/level${level}`;
}
