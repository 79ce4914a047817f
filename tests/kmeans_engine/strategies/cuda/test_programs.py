"""The kernels of tensor cores are compiled for devices that are not here."""

import numpy as np
import pytest

from kmeans_engine.strategies.cuda.programs import FILES, compile_kernels
from kmeans_engine.strategies.cuda.tensor import defines
from kmeans_engine.strategies.cuda.tiles import tiles_for

pytest.importorskip("cuda.core", reason="needs NVRTC: pip install 'kmeans-engine[cuda]'")

DEFINITIONS = defines(tiles_for(128, 1024, 227 << 10), 128, 1024, np.dtype(np.float32))


@pytest.mark.slow
@pytest.mark.parametrize("arch", ["sm_80", "sm_90", "sm_100"])
def test_kernels_are_compiled_for_an_architecture(arch, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for file, names in FILES.items():
        code = bytes(compile_kernels(file, DEFINITIONS, arch).code)
        assert code.startswith(b"\x7fELF")
        assert all(name.encode() in code for name in names)


def test_machine_code_is_kept_where_it_can_be(tmp_path, monkeypatch):
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    codes = []
    for folder in (tmp_path / "kept", tmp_path / "kept", nowhere):
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
        codes.append(bytes(compile_kernels("probe.cu", DEFINITIONS, "sm_90").code))
    assert codes[0] == codes[1] == codes[2]
    assert any(path.is_file() for path in (tmp_path / "kept").rglob("*"))
