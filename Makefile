# calutils: small tools for calibrating radio-interferometer data.
#
#   make          build everything          make demo    the main job, from beginning to end
#   make check    build and run the tests   make help    all targets
#
# Adding a tool: bin/NAME.c, man/NAME.man, share/schemas/NAME.json, tests/NAME.bats. Adding a plugin: plugins/NAME.c.
# The build finds them; nothing here names one.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
# One name for one folder, however it was given: dependencies are kept by name.
override BUILD := $(patsubst $(CURDIR)/%,%,$(abspath $(BUILD)))
JOBS    ?= $(shell nproc)
FUZZ_SECONDS ?= 600

CC       ?= cc
CXX      ?= c++
OPTIMISE ?= -O3 -march=x86-64-v2 -ffp-contract=off
ifneq ($(shell uname -m),x86_64)
OPTIMISE = -O3 -ffp-contract=off
endif
WARN      = -Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wvla
ifdef DEVELOPER
WARN     += -Werror
endif
ifdef SANITIZE
HARDEN    = -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
OPTIMISE  = -O1 -g -ffp-contract=off
WARN     += -Wno-format-truncation -Wno-maybe-uninitialized -Wno-clobbered # instrumented code misleads these
endif

CPPFLAGS += -Ilibcommon -D_GNU_SOURCE -DCAL_VERSION='"$(VERSION)"'
CFLAGS   += -std=gnu11 $(OPTIMISE) -g1 -fPIC -fcx-limited-range -fno-math-errno -pthread $(WARN) -Wstrict-prototypes -Wmissing-prototypes $(HARDEN)
CXXFLAGS += -std=c++17 $(OPTIMISE) -g1 -fPIC -pthread $(WARN) $(HARDEN) -isystem /usr/include/casacore
LDFLAGS  += -pthread $(HARDEN)
# Archives first, then every library that any room uses: --as-needed drops what a tool does not touch.
LIBS      = -Wl,--as-needed -lcasa_measures -lcasa_tables -lcasa_casa -ljq -lcairo -lz -ldl -lm -lstdc++
# Where a tool finds the shims over casacore, which are loaded late (libcommon/table/late.c); bin and lib are neighbours.
# An rpath of the old kind holds whoever calls dlopen(); under AddressSanitizer that is its own library. casacore finds a tool's fsync.
FIND_LIBS = -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../lib/calutils' -Wl,--export-dynamic-symbol=fsync

# One short line per step; V=1 shows the commands.
ifndef V
say = @printf '  %-4s %s\n' $(1) $@;
endif

SOURCES := $(wildcard libcommon/*/*.c)
SHIMS   := $(wildcard libcommon/*/*.cc)
TOOLS   := $(patsubst bin/%.c,%,$(wildcard bin/*.c))
PLUGINS := $(patsubst plugins/%.c,%,$(wildcard plugins/*.c))
UNITS   := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
WRONG   := $(patsubst tests/plugins/%.c,%,$(wildcard tests/plugins/*.c))

OBJECTS  = $(SOURCES:%.c=$(BUILD)/%.o)
ARCHIVE  = $(BUILD)/libcommon.a
SHIMLIBS = $(BUILD)/lib/calutils/calutils_table.so $(BUILD)/lib/calutils/calutils_measures.so
TOOLBINS = $(TOOLS:%=$(BUILD)/bin/%)

.PHONY: all tools demo check check-selfcal asan fuzz bench lint format install uninstall dist deps clean help
.DELETE_ON_ERROR:
.SECONDARY:

all: tools $(PLUGINS:%=$(BUILD)/plugins/%.so) $(TOOLS:%=$(BUILD)/man/man1/%.1)
tools: $(TOOLBINS)

help:
	@sed -n 's/^## *//p' $(MAKEFILE_LIST)

## all         build tools, plugins and manual pages in build/ (the default)
## demo        install what is needed, build, and run the main job from beginning to end
## check       install what is needed, build, and run every test
## check-selfcal  the self-calibration of every recorded run of auto_selfcal, judged by the truth (CALUTILS_TEST_ORACLES)
## asan        the same tests under AddressSanitizer and UndefinedBehaviorSanitizer
## fuzz        random states against plain models, for FUZZ_SECONDS (600); check does it for a moment
## bench       start-up, speed and memory, as ratios
## lint        clang-format, shellcheck and function sizes
## format      let clang-format rewrite the sources
## install     copy to $(DESTDIR)$(PREFIX); PREFIX is /usr/local unless given
## uninstall   remove what install put there
## dist        calutils-VERSION.tar.gz from the last commit
## deps        install the Debian packages (apt-get, as root or through sudo)
## clean       remove build/

# ---- building ----

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.oo: %.cc
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(ARCHIVE): $(OBJECTS)
	@rm -f $@
	$(call say,AR)$(AR) qcs $@ $^

# cfitsio is loaded late (base/cfitsio.h), so its name must be known: the soname of what the linker would take.
$(BUILD)/libcommon/base/cfitsio.o: CPPFLAGS += -DCAL_CFITSIO_LIBRARY='"$(shell objdump -p $$($(CC) -print-file-name=libcfitsio.so) | awk '$$1 == "SONAME" { print $$2 }')"'

# A tool's JSON Schema travels inside it, for --schema.
$(BUILD)/schema/%.o: share/schemas/%.json
	@mkdir -p $(@D)
	$(call say,AS)printf '.section .note.GNU-stack,"",%%progbits\n.section .rodata\n.global cal_schema\ncal_schema: .incbin "%s"\n.byte 0\n' $< | $(CC) -c -x assembler -o $@ -

# The C++ of libcommon/table and what it takes from the rooms below.
$(BUILD)/lib/calutils/calutils_measures.so: $(BUILD)/libcommon/table/measures.oo
$(BUILD)/lib/calutils/calutils_table.so: $(filter-out %/measures.oo,$(SHIMS:%.cc=$(BUILD)/%.oo))
$(SHIMLIBS): $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,SO)$(CXX) $(LDFLAGS) -shared -Wl,-z,defs,--exclude-libs,ALL -o $@ $(filter %.oo,$^) $(ARCHIVE) $(LIBS)

$(BUILD)/bin/%: $(BUILD)/bin/%.o $(BUILD)/schema/%.o $(ARCHIVE) | $(SHIMLIBS)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) $(FIND_LIBS) -o $@ $^ $(LIBS)

# The door lists the tools; what it lists is asked of the tools themselves.
$(BUILD)/gen/tools.inc: $(filter-out $(BUILD)/bin/calutils,$(TOOLBINS))
	@mkdir -p $(@D)
	$(call say,GEN)for tool in $^; do $$tool --describe || exit 1; done > $@

# Versions that the libraries had when the tools were built; libjq does not tell its own.
$(BUILD)/gen/libraries.inc: Makefile
	@mkdir -p $(@D)
	$(call say,GEN){ for each in casacore:casa_tables cfitsio:cfitsio cairo:cairo zlib:z; do \
	    printf '{"%s", "lib%s.so", "%s"},\n' $${each%:*} $${each#*:} "$$(pkg-config --modversion $${each%:*})"; done; \
	    printf '{"libjq", "libjq.so", ""},\n'; } > $@

$(BUILD)/bin/calutils.o: $(BUILD)/gen/tools.inc $(BUILD)/gen/libraries.inc
$(BUILD)/bin/calutils.o: CPPFLAGS += -I$(BUILD)/gen

$(BUILD)/plugins/%.so: plugins/%.c libcommon/plugin/calutils_plugin.h $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,SO)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -shared -fvisibility=hidden -Wl,--exclude-libs,ALL -o $@ $< $(ARCHIVE) $(LIBS)

$(BUILD)/man/man1/%.1: $(BUILD)/bin/% man/%.man
	@mkdir -p $(@D)
	$(call say,MAN)$< --manual=man/$*.man > $@

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(ARCHIVE) | $(SHIMLIBS)
	$(call say,LINK)$(CC) $(LDFLAGS) $(subst /..,/../..,$(FIND_LIBS)) -o $@ $^ $(LIBS)

$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(ARCHIVE) | $(SHIMLIBS)
	$(call say,LINK)$(CC) $(LDFLAGS) $(subst /..,/../..,$(FIND_LIBS)) -o $@ $^ $(LIBS)

# The wrong plugins crash in their own way, not in a sanitizer's.
$(BUILD)/tests/plugins/%.so: tests/plugins/%.c
	@mkdir -p $(@D)
	$(call say,SO)$(CC) $(CPPFLAGS) $(filter-out $(HARDEN),$(CFLAGS)) -shared -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- testing ----

.PHONY: test-programs
test-programs: all $(UNITS:%=$(BUILD)/tests/unit/%) $(FUZZERS:%=$(BUILD)/tests/fuzz/%) $(WRONG:%=$(BUILD)/tests/plugins/%.so)

check: deps
	$(MAKE) -j$(JOBS) DEVELOPER=1 test-programs
	tests/run $(BUILD)

check-selfcal: deps
	$(MAKE) -j$(JOBS) all
	PATH=$(abspath $(BUILD))/bin:$$PATH /usr/bin/python3 tests/oracle/selfcal_cases.py $${CALUTILS_TEST_ORACLES:-../shared/oracles}/selfcal $(CASES)

asan: deps
	$(MAKE) -j$(JOBS) DEVELOPER=1 BUILD=build-asan SANITIZE=address,undefined test-programs
	tests/run build-asan

fuzz: deps
	$(MAKE) -j$(JOBS) DEVELOPER=1 $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
	for each in $(FUZZERS); do $(BUILD)/tests/fuzz/$$each $(FUZZ_SECONDS) || exit 1; done

bench: deps
	$(MAKE) -j$(JOBS) all
	tests/bench/run $(BUILD)

lint:
	tests/lint

format:
	clang-format -i $$(git ls-files '*.c' '*.h' '*.cc')

demo: deps
	$(MAKE) -j$(JOBS) all
	share/demo $(BUILD)

# ---- installing ----

deps:
	@share/install-packages

BINDIR  = $(DESTDIR)$(PREFIX)/bin
LIBDIR  = $(DESTDIR)$(PREFIX)/lib/calutils
MANDIR  = $(DESTDIR)$(PREFIX)/share/man/man1
DATADIR = $(DESTDIR)$(PREFIX)/share/calutils
COMPDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
INCDIR  = $(DESTDIR)$(PREFIX)/include

install: all
	install -d $(BINDIR) $(LIBDIR)/plugins $(MANDIR) $(DATADIR)/schemas $(DATADIR)/plugin-template $(DATADIR)/recipes $(DATADIR)/scenes $(COMPDIR) $(INCDIR)
	install -m 755 $(TOOLBINS) $(BINDIR)
	install -m 755 $(SHIMLIBS) $(LIBDIR)
	install -m 755 $(PLUGINS:%=$(BUILD)/plugins/%.so) $(LIBDIR)/plugins
	install -m 644 $(TOOLS:%=$(BUILD)/man/man1/%.1) $(MANDIR)
	install -m 644 $(TOOLS:%=share/schemas/%.json) share/schemas/callib.json share/schemas/scene.json share/schemas/selfcal-recipe.json $(DATADIR)/schemas
	install -m 644 libcommon/plugin/calutils_plugin.h $(INCDIR)
	install -m 644 share/plugin-template/* $(DATADIR)/plugin-template
	install -m 644 share/recipes/*.json $(DATADIR)/recipes
	install -m 644 share/scenes/*.json $(DATADIR)/scenes
	for tool in $(TOOLS); do install -m 644 share/completion/calutils.bash $(COMPDIR)/$$tool || exit 1; done

uninstall:
	rm -f $(TOOLS:%=$(BINDIR)/%) $(TOOLS:%=$(MANDIR)/%.1) $(TOOLS:%=$(COMPDIR)/%) $(INCDIR)/calutils_plugin.h
	rm -rf $(LIBDIR) $(DATADIR)

dist:
	git archive --prefix=calutils-$(VERSION)/ -o calutils-$(VERSION).tar.gz HEAD

clean:
	rm -rf build build-asan
