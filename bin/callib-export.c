/* callib-export: a calibration library in the forms that others read. */
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/applycal_text.h"
#include "callib/book.h"
#include "callib/casa_text.h"
#include "callib/edit.h"
#include "callib/jobs.h"
#include "callib/target.h"
#include <stdio.h>
#include <string.h>

static const char *format = "applycal", *book_name = "active", *consolidate = "exact", *output;
static bool strict, drop_antenna, header, force;
static cal_target target;

static const cal_option options[] = {
    CAL_HEADING("What is written"),
    {"format", 0, CAL_CHOICE, "FORMAT", &format,
     "the pipeline's applycal text, CASA's cal-library text, commands for sh or make, or jobs as "
     "NDJSON",
     "applycal casa shell make jobs", 0},
    {"book", 0, CAL_CHOICE, "BOOK", &book_name, "what is to be applied, or what has been",
     "active applied", 0},
    {"output", 'o', CAL_TEXT, "FILE", &output, "write here, complete or not at all [stdout]", 0, 0},
    {"force", 0, CAL_FLAG, NULL, &force, "replace an output that exists", 0, 0},
    {"header", 0, CAL_FLAG, NULL, &header,
     "applycal text: a line \"# Apply file for eb1.ms\" before each set", 0, 0},
    {"drop-antenna", 0, CAL_FLAG, NULL, &drop_antenna,
     "write what is meant for some antennas as if it were for all", 0, 0},
    CAL_HEADING("How lines are made"),
    {"strict", 0, CAL_FLAG, NULL, &strict,
     "no line covers a combination that does not occur in the data, even where that costs lines", 0,
     0},
    {"consolidate", 0, CAL_CHOICE, "HOW", &consolidate,
     "few lines that are right, or the pipeline's own, with a warning where they are wrong",
     "exact pipeline", 0},
    CAL_TARGET_OPTIONS(target),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"What the pipeline would write, and restore from", "callib-export lib.json -o calapply.txt"},
    {"For CASA's applycal(docallib=True, callib='lib.txt')",
     "callib-export lib.json --format casa --vis eb1.ms -o lib.txt"},
    {"See what would run", "callib-export lib.json --format shell --intent TARGET"},
    {"Run it", "callib-export lib.json --format make | make -f - apply"},
    {NULL, NULL},
};

/* What is being written. */
typedef struct export
{
    cal_library *library;
    cal_book *book;
    cal_buf text;
    cal_jobs jobs;
    const char *written; /* the set that CASA's text is of */
}
export;

/* ---- one set ---- */

static cal_listing make_listing(const cal_map *map)
{
    if (!strcmp(consolidate, "exact"))
        return cal_listing_make(map, strict);
    cal_listing listing = cal_listing_pipeline(map);
    char *fault = cal_listing_fault(&listing, map);
    if (fault)
        cal_warn("%s: the pipeline's lines are wrong: %s", map->vis->name, fault);
    free(fault);
    return listing;
}

static cal_status write_casa(export *out, const cal_map *map, const cal_listing *listing,
                             cal_error *err)
{
    if (!listing->count)
        return CAL_OK;
    if (out->written)
        return cal_fail(err, CAL_USAGE,
                        "CASA's cal library is for one data set, and this one has calibrations for "
                        "%s and %s; name one with --vis",
                        out->written, map->vis->name);
    out->written = map->vis->name;
    return cal_casa_write(out->library, map, listing, &out->text, err);
}

static cal_status write_lines(export *out, const cal_map *map, cal_error *err)
{
    cal_listing listing = make_listing(map);
    cal_status status = CAL_OK;
    if (!strcmp(format, "casa"))
        status = write_casa(out, map, &listing, err);
    else {
        if (header && listing.count)
            cal_buf_addf(&out->text, "# Apply file for %s\n", map->vis->name);
        cal_applycal_write(out->library, map, &listing, &out->text);
    }
    cal_listing_free(&listing);
    return status;
}

static cal_status without_antennas(const export *out, cal_map **map, cal_error *err)
{
    int clash[2];
    cal_map *merged = cal_map_without_antennas(out->library, *map, clash);
    cal_map_free(*map);
    *map = merged;
    if (clash[0] < 0)
        return CAL_OK;
    return cal_fail(err, CAL_DATA,
                    "%s: %s is registered in different ways for different antennas; without them "
                    "only one can be written",
                    merged->vis->name, out->library->calibration[clash[0]].gaintable);
}

static cal_status write_set(export *out, int vis, cal_error *err)
{
    cal_map *map = cal_map_make(out->library, out->book, vis);
    cal_status status = drop_antenna ? without_antennas(out, &map, err) : CAL_OK;
    bool lines = !strcmp(format, "applycal") || !strcmp(format, "casa");
    if (!status)
        status = lines ? write_lines(out, map, err)
                       : cal_jobs_make(out->library, map, strict, &out->jobs, err);
    cal_map_free(map);
    return status;
}

/* ---- the whole ---- */

static cal_status trim(export *out, cal_error *err)
{
    cal_regions where;
    if (cal_target_resolve(&target, out->library, &where, err))
        return err->status;
    cal_status status = where.count ? CAL_OK : cal_target_empty(&target, out->library, err);
    if (!status)
        cal_book_trim(out->library, out->book, &where);
    cal_regions_free(&where);
    return status;
}

static cal_status write_all(export *out, cal_error *err)
{
    if (trim(out, err))
        return err->status;
    for (int i = 0; i < out->library->viss; i++)
        if (write_set(out, i, err))
            return err->status;
    if (!strcmp(format, "casa") && !out->written)
        return cal_fail(err, CAL_DATA,
                        "nothing is %s for these data, and CASA refuses an empty cal library",
                        book_name);
    if (!strcmp(format, "shell"))
        cal_jobs_write_shell(out->library, &out->jobs, &out->text);
    else if (!strcmp(format, "make"))
        cal_jobs_write_make(out->library, &out->jobs, &out->text);
    else if (!strcmp(format, "jobs"))
        cal_jobs_write_json(out->library, &out->jobs, &out->text);
    return CAL_OK;
}

static cal_status hand_over(const cal_buf *text, cal_error *err)
{
    if (output)
        return cal_output_file(output, force, cal_buf_text(text), text->len, err);
    fwrite(cal_buf_text(text), 1, text->len, stdout);
    return CAL_OK;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    export out = {0};
    const char *path = count ? operand[0] : "-";
    if ((output && cal_output_not_input(output, path, err)) ||
        cal_edit_read(path, &out.library, err))
        return err->status;
    out.book = strcmp(book_name, "active") ? &out.library->applied : &out.library->active;
    cal_status status = write_all(&out, err);
    if (!status)
        status = hand_over(&out.text, err);
    cal_jobs_free(&out.jobs);
    cal_buf_free(&out.text);
    cal_library_free(out.library);
    return status;
}

static const cal_tool tool = {
    .name = "callib-export",
    .group = CAL_GROUP_CALLIB,
    .brief = "write a calibration library in the forms that others read",
    .operands = "[LIBRARY]",
    .min_operands = 0,
    .max_operands = 1,
    .about =
        "Writes which tables apply to which data: as the pipeline's applycal text, which it "
        "restores "
        "from and which callib-import and applycal read; as CASA's cal-library text; as applycal "
        "commands for sh or make; or as jobs, an object a line with the words of one command. The "
        "lines are disjoint and cover just the data that have calibrations.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
