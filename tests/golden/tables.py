"""Tables as NumPy, pandas, Polars, DuckDB, pyarrow, zarr-python, xarray and ArviZ write them.

For tests/tables_test.ts. Run with NumPy 2.4, pandas 3.1, Polars 2.1, DuckDB 2.0, pyarrow 26, zarr 3.1, xarray
2026.9 and ArviZ 0.23: `python tests/golden/tables.py`.
"""

import base64
import io
import json
import pathlib
import tempfile
import warnings
import zipfile

import arviz as az
import duckdb
import numcodecs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
import zarr

warnings.filterwarnings("ignore")
n = 6
rows = np.arange(n * 3.0).reshape(n, 3) / 8 - 1
holes = np.where(rows == 0.125, np.nan, rows)
frame = pd.DataFrame(holes, columns=["beta", "gamma", "log σ"])
ints = np.arange(n * 2).reshape(n, 2) - 3
cube = np.arange(n * 4.0).reshape(n, 2, 2) / 4
files, stores, refused = {}, {}, {}


def case(to, name, content, values=None, names=(), **more):
    expected = {}
    if values is not None:
        values = np.asarray(values, dtype=float).reshape(len(values), -1)
        cells = [[v if np.isfinite(v) else "Infinity" if v > 0 else None for v in row] for row in values.tolist()]
        expected = {"names": list(names), "rows": cells}
    to[name] = {"content": content, **expected, **more}


def encoded(content):
    return base64.b64encode(content).decode()


def file(name, content, values, names=(), **more):
    case(files, name, encoded(content), values, names, **more)


def text(write, encoding="utf-8"):
    out = io.StringIO(newline="")
    write(out)
    return out.getvalue().encode(encoding)


names = list(frame.columns)
file("pandas.csv", text(lambda f: frame.to_csv(f, index=False, na_rep="nan")), holes, names)
counted = np.column_stack([np.arange(n), holes])
file("pandas_index.csv", text(lambda f: frame.to_csv(f, na_rep="nan")), counted, ["", *names])
file("pandas_default.csv", text(lambda f: frame.to_csv(f)), counted, ["", *names])
file("semicolon.csv", text(lambda f: frame.to_csv(f, index=False, sep=";", na_rep="nan", lineterminator="\r\n")), holes, names)
file("tab_bom.csv", text(lambda f: frame.to_csv(f, index=False, sep="\t", na_rep="nan"), "utf-8-sig"), holes, names)
file("utf16.csv", text(lambda f: frame.to_csv(f, index=False, na_rep="nan"), "utf-16"), holes, names)
file("quoted.csv", text(lambda f: frame.to_csv(f, index=False, quoting=1, na_rep="nan")) + b"\n\n\r\n", holes, names)
out = io.BytesIO()
np.savetxt(out, rows)
file("savetxt.txt", out.getvalue(), rows)
out = io.BytesIO()
np.savetxt(out, rows, delimiter=",", header="a,b,c", comments="")
file("savetxt.csv", out.getvalue(), rows, ["a", "b", "c"])


def npy(array, **more):
    out = io.BytesIO()
    if more:
        np.lib.format.write_array(out, array, **more)
    else:
        np.save(out, array)
    return out.getvalue()


file("f8.npy", npy(holes), holes)
file("f4.npy", npy(rows.astype("f4")), rows)
file("f2.npy", npy(rows.astype("f2")), rows)
file("small_f2.npy", npy(np.array([[6e-8, -1e-5, np.inf, 65504]], "f2")), np.array([[6e-8, -1e-5, np.inf, 65504]], "f2").astype("f8"))
file("big_endian.npy", npy(rows.astype(">f8")), rows)
file("big_endian_i2.npy", npy(ints.astype(">i2")), ints)
for kind in ("i1", "i4", "i8"):
    file(f"{kind}.npy", npy(ints.astype(kind)), ints)
for kind in ("u1", "u2", "u4", "u8"):
    file(f"{kind}.npy", npy((ints + 200).astype(kind)), (ints + 200).astype(kind))
file("bool.npy", npy(ints > 0), ints > 0)
file("fortran.npy", npy(np.asfortranarray(holes)), holes)
file("fortran_cube.npy", npy(np.asfortranarray(cube.astype(">f4"))), cube)
file("cube.npy", npy(cube), cube)
file("list.npy", npy(rows[:, 0]), rows[:, :1], isList=True)
file("number.npy", npy(np.array(2.5)), [2.5])
file("version2.npy", npy(rows, version=(2, 0)), rows)
file("version3.npy", npy(rows, version=(3, 0)), rows)
records = np.array([(1, 2.5, True), (-3, 4.5, False)], dtype=[("k", "<i4"), ("β", ">f8"), ("ok", "?")])
file("records.npy", npy(records), [[1, 2.5, 1], [-3, 4.5, 0]], ["k", "β", "ok"])


def npz(save, **arrays):
    out = io.BytesIO()
    save(out, **arrays)
    return out.getvalue()


both = {"theta": rows, "x": np.asfortranarray(ints.astype(">i4"))}
for name, save in (("savez", np.savez), ("savez_compressed", np.savez_compressed)):
    file(f"{name}.npz", npz(save, **both), rows, prefer=["theta"])
    file(f"{name}_x.npz", npz(save, **both), ints, prefer=["x"])
file("alone.npz", npz(np.savez, anything=rows), rows)
file("pick.npz", npz(np.savez, **both), ints, pick="x")
# As of an archive of more than 4 GB.
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 100, 1
file("zip64.npz", npz(np.savez, **both), rows, prefer=["theta"])
file("zip64_compressed.npz", npz(np.savez_compressed, **both), ints, prefer=["x"])
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = (1 << 31) - 1, (1 << 16) - 1

mixed = pd.DataFrame({
    "d": holes[:, 0],
    "f": rows[:, 1].astype("f4"),
    "i": ints[:, 0].astype("i4"),
    "l": ints[:, 1],
    "u": (ints[:, 1] + 5).astype("u2"),
    "ok": ints[:, 0] > 0,
    "null": np.where(ints[:, 0] > 2, np.nan, rows[:, 2]),
})


def parquet(frame, **how):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), out, **how)
    return out.getvalue()


for codec in ("none", "snappy", "gzip", "brotli", "zstd", "lz4"):
    for version in ("1.0", "2.0"):
        file(f"{codec}_{version}.parquet", parquet(mixed, compression=codec, data_page_version=version, row_group_size=4), mixed.astype("f8"), mixed.columns)
plain = {"use_dictionary": False, "column_encoding": {"l": "DELTA_BINARY_PACKED", "i": "DELTA_BINARY_PACKED", "d": "BYTE_STREAM_SPLIT", "f": "BYTE_STREAM_SPLIT"}}
file("encodings.parquet", parquet(mixed, **plain), mixed.astype("f8"), mixed.columns)
out = io.BytesIO()
mixed.iloc[::-1].to_parquet(out)
reverse = np.column_stack([mixed.iloc[::-1].astype("f8"), np.arange(n)[::-1]])
file("pandas.parquet", out.getvalue(), reverse if b"__index_level_0__" in out.getvalue() else reverse[:, :-1], list(mixed.columns) + (["__index_level_0__"] if b"__index_level_0__" in out.getvalue() else []))
out = io.BytesIO()
frame.set_index(pd.Index([5, 3, 1, 4, 0, 2])).to_parquet(out)
file("pandas_index.parquet", out.getvalue(), np.column_stack([holes, [5, 3, 1, 4, 0, 2]]), [*names, "__index_level_0__"])
out = io.BytesIO()
pq.write_table(pa.table({"h": rows[:, 0].astype("f2"), "same": np.full(n, 2.0)}), out)
file("half.parquet", out.getvalue(), np.column_stack([rows[:, 0], np.full(n, 2)]), ["h", "same"])
for codec in ("zstd", "lz4"):
    out = io.BytesIO()
    pl.from_pandas(mixed).write_parquet(out, compression=codec)
    file(f"polars_{codec}.parquet", out.getvalue(), mixed.astype("f8"), mixed.columns)
for version in ("v1", "v2"):
    with tempfile.TemporaryDirectory() as place:
        path = f"{place}/t.parquet"
        duckdb.sql(f"copy (select * from mixed) to '{path}' (format parquet, compression zstd, parquet_version {version})")
        file(f"duckdb_{version}.parquet", pathlib.Path(path).read_bytes(), mixed.astype("f8"), mixed.columns)
noise = np.sin(np.arange(1500.0) ** 2)
out = io.BytesIO()
pl.DataFrame({"noise": noise}).write_parquet(out, compression="zstd")
file("polars_noise.parquet", out.getvalue(), noise[:, None], ["noise"])
many = pd.DataFrame({"a": np.arange(1200) % 700 / 8, "b": np.where(np.arange(1200) % 7 == 0, np.nan, 1.5)})
file("many.parquet", parquet(many, compression="zstd", data_page_size=1000), many, ["a", "b"])


def folder(name, write, values, names=(), **more):
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "table.zarr"
        write(str(path))
        content = {
            found.relative_to(path).as_posix(): encoded(found.read_bytes())
            for found in sorted(path.rglob("*"))
            if found.is_file()
        }
    case(stores, name, content, values, names, **more)


def array(data, **how):
    def write(path):
        found = zarr.create_array(path, shape=data.shape, dtype=data.dtype, **how)
        found[...] = data
    return write


chunks = {"chunks": (4, 2)}
folder("v3", array(holes, **chunks), holes)
folder("v3 plain", array(rows.astype("f4"), compressors=None, **chunks), rows)
folder("v3 gzip", array(rows, compressors=zarr.codecs.GzipCodec(), **chunks), rows)
folder("v3 crc", array(rows, compressors=zarr.codecs.Crc32cCodec(), **chunks), rows)
folder("v3 big-endian", array(rows, serializer=zarr.codecs.BytesCodec(endian="big"), **chunks), rows)
folder("v3 whole numbers", array(ints.astype("i8"), **chunks), ints)
folder("v3 partly written", array(np.where(np.arange(n)[:, None] < 4, rows, 0.5), fill_value=0.5, **chunks), np.where(np.arange(n)[:, None] < 4, rows, 0.5))
folder("v3 list", array(rows[:, 0].copy(), chunks=(4,)), rows[:, :1], isList=True)
folder("v3 cube", array(cube, chunks=(4, 1, 2)), cube)
two = {"zarr_format": 2, **chunks}
folder("v2", array(holes, **two), holes)
for name, codec in (("blosc", numcodecs.Blosc()), ("zlib", numcodecs.Zlib()), ("gzip", numcodecs.GZip()), ("lz4", numcodecs.LZ4()), ("zstd", numcodecs.Zstd()), ("plain", None)):
    folder(f"v2 {name}", array(rows, compressors=codec, **two), rows)
folder("v2 Fortran", array(rows.astype(">f4"), order="F", **two), rows)
folder("v2 slashes", array(ints.astype("i2"), chunk_key_encoding={"name": "v2", "separator": "/"}, **two), ints)


def group(path):
    root = zarr.create_group(path)
    for name, data in both.items():
        root.create_array(name, data=np.ascontiguousarray(data, dtype=data.dtype.newbyteorder("=")))


folder("group theta", group, rows, prefer=["theta"])
folder("group x", group, ints, prefer=["x"])
folder("group pick", group, ints, pick="x")
dataset = xr.Dataset(
    {"gamma": ("sample", rows[:, 1]), "beta": ("sample", rows[:, 0]), "tau": ("sample", ints[:, 0])},
    coords={"sample": np.arange(n)},
)
columns = np.column_stack([rows[:, 0], rows[:, 1], ints[:, 0]])
for version in (2, 3):
    folder(f"xarray {version}", lambda path: dataset.to_zarr(path, zarr_format=version), columns, ["beta", "gamma", "tau"])
steps = np.arange(2 * 3.0).reshape(2, 3)
data = az.from_dict(
    prior={"mu": steps / 8, "theta": steps[..., None] + np.array([0.25, 0.5])},
    prior_predictive={"y": steps[..., None] * np.array([1, 2, 3, 4])},
    coords={"school": ["a", "b"]},
    dims={"theta": ["school"]},
)
flat = steps.ravel()
theta = np.column_stack([flat / 8, flat + 0.25, flat + 0.5])
folder("ArviZ prior", data.to_datatree().to_zarr, theta, ["mu", "theta[0]", "theta[1]"], prefer=["theta", "prior"])
folder("ArviZ prior predictive", data.to_datatree().to_zarr, flat[:, None] * [1, 2, 3, 4], prefer=["x", "prior_predictive"])

bad = lambda name, content, **more: case(refused, name, encoded(content), **more)
bad("objects.npy", npy(np.array([{}, None], dtype=object)), says="of Python objects")
bad("text.npy", npy(np.array(["a", "b"])), says="of text")
bad("complex.npy", npy(np.array([1j])), says='"<c16"')
bad("large.npy", npy(np.array([2**53 + 1])), says="a float64 must be able to hold it")
bad("empty.npy", npy(np.zeros((0, 3))), says="its shape is (0, 3)")
bad("several.npz", npz(np.savez, a=rows, b=rows), says="it holds a, b")
bad("absent.npz", npz(np.savez, a=rows), pick="c", says='it must hold "c"')
tables = {
    "text": (pa.table({"s": ["a"], "a": [1.0]}), '"s" is of STRING'),
    "nested": (pa.table({"a": [1.0], "v": [[1.0, 2.0]]}), '"v" is nested'),
    "struct": (pa.table({"s": [{"a": 1.0}]}), '"s" is nested'),
    "time": (pa.table({"t": pa.array([1], pa.timestamp("us"))}), '"t" is of TIMESTAMP'),
    "large": (pa.table({"k": pa.array([2**53 + 1], pa.int64())}), 'column "k"'),
}
for name, (table, says) in tables.items():
    out = io.BytesIO()
    pq.write_table(table, out)
    bad(f"{name}.parquet", out.getvalue(), says=says)

versions = {found.__name__: found.__version__ for found in (np, pd, pl, duckdb, pa, zarr, xr, az)}
out = {"versions": versions, "files": files, "stores": stores, "refused": refused}
path = pathlib.Path(__file__).parent / "tables.json"
path.write_text(json.dumps(out, indent=1, allow_nan=False))
