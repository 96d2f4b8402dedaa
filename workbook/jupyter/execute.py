"""Runs cells on the Deno kernel: a request as JSON on standard input, one JSON line per event on standard output.

The request: {"sources": [...], "folder": "...", "timeout": seconds}. The events: {"begins": i}, {"ended": i, "seconds": s},
{"failed": i, "error": "..."} and at last {"outputs": [[...], ...], "language_info": {...}}. Everything else is decided by
the program that started this one.
"""

import asyncio
import json
import signal
import sys
import time

# jsonschema looks for this package to check web addresses, which no notebook here needs; importing it takes two seconds.
sys.modules["rfc3987_syntax"] = None

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError


def tell(event):
    print(json.dumps(event), flush=True)


async def execute(request):
    cells = [nbformat.v4.new_code_cell(source) for source in request["sources"]]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook,
        kernel_name="deno",
        timeout=request["timeout"],
        startup_timeout=120,
        # The default gives up after 4 s and drops what a cell printed, in silence: on a busy machine that is too short.
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        allow_errors=True,
        record_timing=False,
        # The kernel is killed with its process group, so that nothing a cell started outlives the run.
        shutdown_kernel="immediate",
        resources={"metadata": {"path": request["folder"]}},
    )
    async with client.async_setup_kernel():
        info = await client.kc.kernel_info(reply=True, timeout=120)
        for index, cell in enumerate(cells):
            tell({"begins": index})
            start = time.monotonic()
            try:
                await client.async_execute_cell(cell, index)
            except CellTimeoutError:
                tell({"failed": index, "error": f"the cell took longer than {request['timeout']} s"})
                break
            except DeadKernelError:
                tell({"failed": index, "error": "the kernel ended (Deno.exit, or out of memory?)"})
                break
            tell({"ended": index, "seconds": time.monotonic() - start})
            if any(output.output_type == "error" for output in cell.outputs):
                break
        tell({
            "outputs": [cell.outputs for cell in cells],
            "language_info": info["content"]["language_info"],
        })


async def main():
    request = json.load(sys.stdin)
    task = asyncio.ensure_future(execute(request))
    if hasattr(signal, "SIGTERM") and sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        sys.exit(130)


if sys.platform == "win32":
    asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
asyncio.run(main())
