/* Does a calibration library hold together: tables, what they hold, and the data they serve? */
#include "base/json.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/check.h"
#include "callib/edit.h"
#include <string.h>

static const char *book = "active", *fail_on = "warning", *max_gap = "30min";
static jv caltables, infos;

/* All documents of a file, behind those that are there. */
static cal_status add_documents(void *array, const char *path, cal_error *err)
{
    jv *all = array, more;
    if (cal_json_read_all(path, &more, err))
        return err->status;
    *all = jv_is_valid(*all) ? jv_array_concat(*all, more) : more;
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("What it is compared with"),
    {"caltables", 'c', CAL_EACH, "INFO", &caltables,
     "documents of caltable-info; without one a table is only looked for", 0, add_documents},
    {"ms-info", 'm', CAL_EACH, "INFO", &infos, "documents of ms-info: are the scans covered?", 0,
     add_documents},
    CAL_HEADING("What counts"),
    {"book", 0, CAL_CHOICE, "BOOK", &book, "which book", "active applied", 0},
    {"max-gap", 0, CAL_TEXT, "TIME", &max_gap, "how far from its solutions a table may serve", 0,
     0},
    {"fail-on", 0, CAL_CHOICE, "SEVERITY", &fail_on, "the least severity that gives exit status 1",
     "error warning note", 0},
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"Are all tables there?", "callib-check lib.json"},
    {"Do they hold what they are said to serve?",
     "caltable-info p.G > tables.json; caltable-info b.B >> tables.json; "
     "callib-check lib.json --caltables tables.json"},
    {"Before the library is applied: are all scans covered, too?",
     "ms-info eb1.ms > eb1.json; callib-check lib.json --caltables tables.json --ms-info eb1.json "
     "&& applycal --callib lib.json eb1.ms"},
    {NULL, NULL}};

/* ---- as text ---- */

static void print_where(jv where, cal_buf *out)
{
    static const char *const axis[] = {"vis", "antenna", "spw", "field", "intent", "scan"};
    const char *before = "\n  where: ";
    for (size_t i = 0; i < sizeof axis / sizeof *axis; i++) {
        if (!cal_json_has(where, axis[i]))
            continue;
        cal_buf_addf(out, "%s%s%s%s", before, i ? axis[i] : "", i ? " " : "",
                     cal_json_text_at(where, axis[i], ""));
        before = ", ";
    }
}

/* "2 tables", "1 table" */
static void print_count(jv d, const char *plural, const char *behind, cal_buf *out)
{
    double count = cal_json_number_at(d, plural, 0);
    cal_buf_addf(out, "%.0f %.*s%s", count, (int)strlen(plural) - (count == 1), plural, behind);
}

static void print_text(jv d, cal_buf *out)
{
    jv findings = cal_json_at(d, "findings");
    jv_array_foreach(findings, i, finding)
    {
        jv where = cal_json_at(finding, "where");
        cal_buf_addf(out, "%s: %s", cal_json_text_at(finding, "severity", ""),
                     cal_json_text_at(finding, "what", ""));
        print_where(where, out);
        cal_buf_addf(out, "\n  why: %s\n  to do: %s\n\n", cal_json_text_at(finding, "why", ""),
                     cal_json_text_at(finding, "advice", ""));
        jv_free(where);
        jv_free(finding);
    }
    jv_free(findings);
    print_count(d, "tables", ", ", out);
    cal_buf_addf(out, "%.0f of them looked into: ", cal_json_number_at(d, "examined", 0));
    print_count(d, "errors", ", ", out);
    print_count(d, "warnings", ", ", out);
    print_count(d, "notes", "\n", out);
}

/* ---- the whole ---- */

static bool good_enough(jv result)
{
    return cal_json_number_at(result, "errors", 0) == 0 &&
           (!strcmp(fail_on, "error") || cal_json_number_at(result, "warnings", 0) == 0) &&
           (strcmp(fail_on, "note") || cal_json_number_at(result, "notes", 0) == 0);
}

static cal_status check_library(const cal_library *library, const cal_check *check, cal_error *err)
{
    jv result;
    const cal_book *which = !strcmp(book, "applied") ? &library->applied : &library->active;
    if (cal_check_book(library, which, check, &result, err))
        return err->status;
    cal_json_set(&result, "book", jv_string(book));
    bool good = good_enough(result);
    cal_status status = cal_print(result, print_text, err);
    return status ? status : good ? CAL_OK : CAL_NO;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_check check = {.caltables = jv_is_valid(caltables) ? caltables : jv_array(),
                       .infos = jv_is_valid(infos) ? infos : jv_array()};
    cal_library *library = NULL;
    cal_status status = cal_parse_quantity(max_gap, "s", "s", &check.max_gap_s, err);
    if (status)
        cal_prefix(err, "--max-gap");
    else if (check.max_gap_s < 0)
        status = cal_fail(err, CAL_USAGE, "--max-gap %s: a time, 0 or more, is wanted", max_gap);
    else
        status = cal_edit_read(count ? operand[0] : "-", &library, err);
    if (!status)
        status = check_library(library, &check, err);
    cal_library_free(library);
    jv_free(check.caltables);
    jv_free(check.infos);
    return status;
}

static const cal_tool tool = {
    .name = "callib-check",
    .group = CAL_GROUP_CALLIB,
    .brief = "does a calibration library hold together?",
    .operands = "[LIBRARY]",
    .max_operands = 1,
    .about = "Compares what a library says with what is there: do the tables exist, can they be "
             "applied, do they have "
             "solutions for the spws (after spwmap), antennas and gainfields that they are said to "
             "serve, do these cover the "
             "scans in time, is each spwmap long enough, is each interpolation known, is a table "
             "registered twice for the same data? "
             "Every finding tells what, where, why, and what to do. Exit status 1 when there are "
             "errors or warnings.",
    .options = options,
    .examples = examples,
    .run = run};

int main(int argc, char **argv)
{
    caltables = infos = jv_invalid();
    return cal_main(&tool, argc, argv);
}
