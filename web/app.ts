// The page: opens a surrogate from an address, a file or what is dropped, and says in its own address what is
// seen.

import { modelOfAddress, questionOfAddress, showInAddress } from "./_address.ts";
import { alarm } from "./_alarm.ts";
import { begin } from "./_begin.ts";
import { byId } from "./_by_id.ts";
import { fetchModel, readModel } from "./_fetch_model.ts";
import type { About, Question } from "./_protocol.ts";
import { viewer } from "./_viewer.ts";

begin(start);

function start(): void {
  /** Where the model is from, if others can have it from there. */
  let address: string | undefined;
  /** The same of what is being opened. */
  let from: string | undefined;
  /** Of attempts to open something: the last one counts. */
  let attempts = 0;
  /** The address's question is of the model that it came with. */
  let isFirst = true;
  let addressing: ReturnType<typeof setTimeout> | undefined;

  const { open } = viewer({
    opened: (about) => {
      address = from;
      clearTimeout(addressing);
      introduce(about);
      const isOfAddress = isFirst && address === modelOfAddress();
      isFirst = false;
      return isOfAddress ? questionOfAddress(about) : {};
    },
    seen: (question: Question) => {
      // Browsers allow some changes a second.
      clearTimeout(addressing);
      addressing = setTimeout(() => showInAddress(address, question), 400);
    },
  });

  const load = async (name: string, bytes: () => Promise<Uint8Array<ArrayBuffer>>, source?: string) => {
    const attempt = ++attempts;
    byId("status").textContent = `Opening ${name} …`;
    try {
      const got = await bytes();
      if (attempt !== attempts) return;
      from = source;
      alarm();
      open(got);
    } catch (error) {
      if (attempt !== attempts) return;
      alarm((error as Error).message);
      byId("status").textContent = "";
    }
  };
  const openAddress = (text: string) => {
    byId<HTMLInputElement>("address").value = text;
    return load(text, () => fetchModel(text), text);
  };
  const openFile = (file: File) => {
    byId<HTMLInputElement>("address").value = file.name;
    return load(file.name, () => readModel(file, file.name));
  };

  byId("open").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId<HTMLInputElement>("address").value.trim();
    if (text !== "") void openAddress(text);
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-model]")) {
    button.addEventListener("click", () => void openAddress(button.dataset.model!));
  }
  byId<HTMLInputElement>("file").addEventListener("change", ({ target }) => {
    const [file] = (target as HTMLInputElement).files ?? [];
    if (file) void openFile(file);
  });
  const dropping = (event: DragEvent, isOver: boolean) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", isOver);
  };
  addEventListener("dragover", (event) => dropping(event, true));
  addEventListener("dragleave", (event) => dropping(event, false));
  addEventListener("drop", (event) => {
    dropping(event, false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void openFile(file);
  });
  const wanted = modelOfAddress();
  if (wanted !== undefined) void openAddress(wanted);
}

/** Says what is open. */
function introduce({ kind, simulator, simulations }: About): void {
  document.title = `${simulator}: posteriors to look at`;
  byId("lead").textContent = `${simulator}, a ${kind} learned from ${
    simulations.toLocaleString("en")
  } simulations; it draws in this browser, and nothing you open leaves it.`;
}
