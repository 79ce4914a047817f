# make demo: a film of K-means, from nothing.    make test: every test, from nothing.
# make quick: its tests of a second or two.      make check: ruff and mypy.
# make player: the player of HTML pages from its TypeScript, which takes Node.js; make check-player.
# make docs: the pages as a site, site/index.html.
# make test-cuda, make bench-cuda: the tests that need a GPU, on the one that is here, and how fast it is.
# make bench: beside other libraries.
# make bench-render [LARGE=1]: films beside matplotlib's own, painting, the window.
# make bench-large [SCRATCH=folder] [DATA=folder]: a billion points out of core, a cluster; takes 40 GB of disk and half an hour.
# make gallery [DATA=folder] [LARGE=1]: the gallery and the figures of the pages.

PYTHON ?= python3
VENV   := .venv
ifeq ($(OS),Windows_NT)
BIN    := $(VENV)/Scripts
else
BIN    := $(VENV)/bin
endif
RUN    := $(BIN)/python
PIP    := $(RUN) -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-cuda quick check player check-player docs bench bench-render bench-large gallery clean

demo: $(VENV)/.installed
	$(BIN)/kmeans-engine --seed 69 --smooth -o kmeans.mp4 -o kmeans.gif --overwrite
	@echo
	@echo "The film:       $(CURDIR)/kmeans.mp4"
	@echo "The GIF:        $(CURDIR)/kmeans.gif"
	@echo "A live window:  $(BIN)/kmeans-engine --render live"

test: $(VENV)/.installed-test
	$(RUN) -m pytest -q -n auto --maxprocesses 8 -m "not display"
	$(RUN) -m pytest -q -m display
	NUMBA_DISABLE_JIT=1 $(RUN) -m coverage run --include="kmeans_engine/kernels/*" --omit="kmeans_engine/kernels/cuda/*" -m pytest -q -m kernels
	$(RUN) -m coverage report --fail-under=95

# Elsewhere they run in Numba's simulator, as a part of `make test`.
test-cuda: $(VENV)/.installed-test
	$(RUN) -m pytest -q -m cuda

quick: $(VENV)/.installed-test
	$(RUN) -m pytest -q -n auto --maxprocesses 8 -m "not slow and not display"

bench-cuda: $(VENV)/.installed-test
	$(RUN) benchmarks/gpu.py

check: $(VENV)/.installed-test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

PLAYER := renderers/html/player

player: $(PLAYER)/node_modules/.package-lock.json
	npm --prefix $(PLAYER) run build

check-player: $(PLAYER)/node_modules/.package-lock.json
	npm --prefix $(PLAYER) run check
	npm --prefix $(PLAYER) test

$(PLAYER)/node_modules/.package-lock.json: $(PLAYER)/package-lock.json
	npm --prefix $(PLAYER) ci --no-audit --no-fund

docs: $(VENV)/.installed-docs
	$(RUN) -m sphinx --fail-on-warning --keep-going --fresh-env --quiet docs site
	@echo "The pages: $(CURDIR)/site/index.html"

bench: $(VENV)/.installed-bench
	$(RUN) benchmarks/engine.py
	$(RUN) benchmarks/scaling.py
	$(RUN) benchmarks/sweep.py
	rm -f benchmarks/results/threads.jsonl
	$(RUN) benchmarks/threads.py --record benchmarks/results/threads.jsonl
	$(RUN) benchmarks/report.py

bench-render: $(VENV)/.installed
	$(RUN) benchmarks/render.py $(if $(LARGE),--large)
	$(RUN) benchmarks/window.py
	$(if $(LARGE),$(RUN) benchmarks/window.py --large)
	$(RUN) benchmarks/quality.py
	$(RUN) benchmarks/render_report.py

bench-large: $(VENV)/.installed-bench
	$(RUN) benchmarks/outofcore.py $(if $(SCRATCH),--folder "$(SCRATCH)")
	$(RUN) benchmarks/cluster.py
	$(if $(DATA),$(RUN) benchmarks/starts.py "$(DATA)")
	$(if $(DATA),$(RUN) benchmarks/choosing.py "$(DATA)")
	$(RUN) benchmarks/large_report.py

gallery: $(VENV)/.installed-test
	$(RUN) docs/make_gallery.py $(if $(DATA),--data "$(DATA)") $(if $(LARGE),--large)
	$(RUN) docs/make_figures.py
	$(RUN) docs/draw_blocks.py

$(VENV)/bin/python $(VENV)/Scripts/python:
	@$(PYTHON) -c "import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 15) else \
	'kmeans-engine needs Python 3.11 to 3.14, got %d.%d: make PYTHON=/path/to/python3.x' % v[:2])"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), which takes about half a minute ..."
	$(PIP) install -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need into $(VENV), which takes a minute or two ..."
	$(PIP) install -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml | $(BIN)/python
	$(PIP) install -e '.[docs]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml | $(BIN)/python
	$(PIP) install -e '.[bench]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist site *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
