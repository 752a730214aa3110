# Two commands do everything: `make demo` and `make test`. Both first install what is missing.

# Debian packages without which the product does not build.
PACKAGES = liblapack-dev libblas-dev zlib1g-dev libreadstat-dev
SWIFT_FLAGS = -c release
DEMO = Notebooks-as-scripts/01-catholic-and-public/study.yaml
COUNTERPART = .build/release/counterpart

.PHONY: demo test build lint setup studies clean

# The main job on real data; ends with the answers and where the report is.
demo: build
	$(COUNTERPART) run $(DEMO)

# Every test, optimised; ends with the runner's closing line.
test: setup lint
	swift test $(SWIFT_FLAGS) --disable-xctest --disable-testable-imports

build: setup
	swift build $(SWIFT_FLAGS) --product counterpart

lint:
	swift format lint --recursive --strict Package.swift Sources Tests Benchmarks

# All shipped studies.
studies: build
	for study in Notebooks-as-scripts/*/study.yaml; do $(COUNTERPART) run $$study || exit 1; done

# Installs missing packages by name; asks for root only then, and says what for.
setup:
	@missing=$$(for package in $(PACKAGES); do \
	  dpkg-query --show --showformat='$${db:Status-Status}\n' $$package 2>/dev/null \
	    | grep -qx installed || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	  echo "Installing Debian packages:" $$missing; \
	  if [ "$$(id -u)" = 0 ]; then elevate=; else \
	    echo "This needs root, so sudo may ask for your password."; elevate=sudo; fi; \
	  $$elevate apt-get update -qq && \
	    $$elevate env DEBIAN_FRONTEND=noninteractive \
	    apt-get install --yes --no-install-recommends $$missing; \
	fi

clean:
	rm -rf .build out
