/* The field parameter for an intent. */
#include "base/document.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/tool.h"
#include "ms/describe.h"
#include "ms/field_report.h"
#include <string.h>
#include <sys/stat.h>

static const char *intent, *as = "auto", *pattern = "";
static cal_field_request request;
static bool explain, common, allow_empty;

static const cal_option options[] = {
    CAL_HEADING("What to choose"),
    {"intent", 0, CAL_TEXT, "LIST", &intent,
     "intents, whole or by pattern, with ! those that are not wanted: PHASE,BANDPASS or *PHASE* or "
     "!TARGET",
     0, 0},
    {"spw", 's', CAL_TEXT, "SEL", &request.spw, "only fields with data in these windows: 0~3", 0,
     0},
    CAL_HEADING("How to write it"),
    {"as", 0, CAL_CHOICE, "FORM", &as,
     "names where they are safe and ids elsewhere (auto), names or else an error, or ids",
     "auto names ids", 0},
    {"pattern", 0, CAL_CHOICE, "N", &pattern,
     "as one of the six patterns of the NRAO pipeline's tasks, with its flaws; see PATTERNS",
     "1 2 3 4 5 6", 0},
    {"common", 0, CAL_FLAG, NULL, &common,
     "one field parameter that is right for every MS, or else an error", 0, 0},
    {"explain", 0, CAL_FLAG, NULL, &explain,
     "say the rule, and for each field why it was chosen and is written so", 0, 0},
    {"allow-empty", 0, CAL_FLAG, NULL, &allow_empty, "that no field is found is no error", 0, 0},
    CAL_OPTIONS_END,
};

static cal_status parse_options(cal_error *err)
{
    if (!intent)
        return cal_fail(
            err, CAL_USAGE,
            "say which intents: --intent PHASE,BANDPASS (ms-info tells which an MS has)");
    if (cal_intent_terms_parse(intent, &request.terms, err))
        return cal_prefix(err, "--intent \"%s\"", intent);
    if (request.spw && !request.spw[strspn(request.spw, " ")])
        return cal_fail(err, CAL_USAGE, "--spw is empty; leave it out for all windows");
    request.pattern = *pattern ? *pattern - '0' : 0;
    request.form = !strcmp(as, "names") ? CAL_FIELD_NAMES
                   : !strcmp(as, "ids") ? CAL_FIELD_IDS
                                        : CAL_FIELD_AUTO;
    if (request.pattern && request.form != CAL_FIELD_AUTO)
        return cal_fail(err, CAL_USAGE, "--as %s and --pattern %s: a pattern has its own form", as,
                        pattern);
    if (common && request.pattern == CAL_FIELD_PATTERNS)
        return cal_fail(err, CAL_USAGE,
                        "--common and --pattern 6: that pattern has a call for each "
                        "intent and field, not one field parameter");
    return CAL_OK;
}

/* ---- reading ---- */

typedef struct inputs {
    cal_field_facts **facts;
    cal_field_choice **choice;
    int count;
} inputs;

static cal_status add_document(inputs *in, jv info, const char *name, cal_error *err)
{
    cal_field_facts *facts;
    if (cal_field_facts_read(info, name, &facts, err))
        return err->status;
    in->facts = cal_grow(in->facts, in->count + 1, sizeof *in->facts);
    in->facts[in->count++] = facts;
    return CAL_OK;
}

static cal_status add_streamed(void *user, jv info, const cal_place *place, cal_error *err)
{
    return add_document(user, info, cal_place_document(place), err);
}

static cal_status add_set(inputs *in, const char *path, cal_error *err)
{
    cal_table *ms;
    cal_meta *meta;
    cal_summary *summary = NULL;
    jv info;
    if (cal_meta_load(path, &ms, &meta, err))
        return err->status;
    cal_status status = cal_summary_read(ms, meta, NULL, &summary, err);
    if (!status) {
        cal_intents *intents = cal_intents_read(meta, summary);
        const cal_description what = {
            .ms = ms, .meta = meta, .summary = summary, .intents = intents};
        status = cal_describe(&what, &info, err);
        cal_intents_free(intents);
    }
    if (!status) {
        status = add_document(in, info, path, err);
        jv_free(info);
    }
    cal_summary_free(summary);
    cal_meta_free(meta);
    cal_table_close(ms, NULL);
    return status;
}

static bool is_file(const char *path)
{
    struct stat info;
    return !strcmp(path, "-") || (!stat(path, &info) && !S_ISDIR(info.st_mode));
}

static cal_status read_inputs(int count, char **operand, inputs *in, cal_error *err)
{
    cal_status status = count ? CAL_OK : cal_doc_stream("-", add_streamed, in, err);
    for (int i = 0; i < count && !status; i++)
        status = is_file(operand[i]) ? cal_doc_stream(operand[i], add_streamed, in, err)
                                     : add_set(in, operand[i], err);
    if (!status && !in->count)
        status = cal_fail(err, CAL_INPUT, "no MeasurementSet is described in the input");
    return status;
}

/* ---- the result ---- */

static void common_text(jv document, cal_buf *out)
{
    const char *casa = cal_json_text_at(document, "casa", NULL);
    if (casa)
        cal_buf_addf(out, "%s\n", casa);
}

static cal_status check_common(const inputs *in, cal_error *err)
{
    char *field = cal_field_common(in->choice, in->count);
    cal_status status = CAL_OK;
    if (!field) {
        cal_buf list = {0};
        for (int i = 0; i < in->count; i++)
            cal_buf_addf(&list, "%s%s has %s", i ? ", " : "", in->facts[i]->path,
                         in->choice[i]->casa ? in->choice[i]->casa : "none");
        status = cal_fail(err, CAL_DATA, "no one field parameter is right for all: %s",
                          cal_buf_text(&list));
        cal_buf_free(&list);
    }
    free(field);
    return status;
}

static bool all_empty(const inputs *in)
{
    bool empty = true;
    for (int i = 0; i < in->count; i++)
        empty &= in->choice[i]->empty;
    return empty;
}

static cal_status answer(inputs *in, cal_error *err)
{
    in->choice = CAL_NEW_ARRAY(cal_field_choice *, in->count);
    for (int i = 0; i < in->count; i++)
        if (cal_field_choose(in->facts[i], &request, &in->choice[i], err))
            return err->status;
    if (!allow_empty && cal_field_choices_check(in->choice, in->count, &request, err))
        return err->status;
    if (common && !all_empty(in) && check_common(in, err))
        return err->status;
    cal_field_choices_warn(in->choice, in->count, &request);
    return cal_print(cal_field_report(in->choice, in->count, &request, explain),
                     common && !explain ? common_text : cal_field_report_text, err);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    inputs in = {0};
    cal_status status = parse_options(err);
    if (!status)
        status = read_inputs(count, operand, &in, err);
    if (!status)
        status = answer(&in, err);
    for (int i = 0; i < in.count; i++) {
        if (in.choice)
            cal_field_choice_free(in.choice[i]);
        cal_field_facts_free(in.facts[i]);
    }
    free(in.choice);
    free(in.facts);
    cal_intent_terms_free(&request.terms);
    return status;
}

static const cal_tool tool = {
    .name = "field-from-intent",
    .group = CAL_GROUP_MS,
    .brief = "say which fields have an intent, as CASA's field parameter",
    .operands = "[MS|INFO.json...]",
    .min_operands = 0,
    .max_operands = -1,
    .about =
        "Prints the field parameter that takes the fields with the wanted intents and no "
        "others: names where a name takes them alone, ids elsewhere. An operand is a "
        "MeasurementSet or what ms-info printed of one; without operands that is read from "
        "standard input. On a terminal, or with --text, only what is to be pasted comes out; "
        "into a pipe goes JSON with ids, names, the reasons, and one answer for all sets where "
        "there is one.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"The calibrators, to be pasted", "field-from-intent --intent PHASE,BANDPASS eb1.ms"},
            {"The same in a script",
             "gaincal --field \"$(field-from-intent --text --intent PHASE eb1.ms)\" eb1.ms p.G"},
            {"One field parameter for several sets, by name",
             "field-from-intent --common --as names --intent TARGET eb1.ms eb2.ms eb3.ms"},
            {"All that is no target and has data in window 2",
             "ms-info eb1.ms | field-from-intent --intent '!TARGET' --spw 2 --raw --jq .casa"},
            {"Why these?", "field-from-intent --explain --text --intent TARGET eb1.ms"},
            {"What the pipeline's applycal would be given",
             "field-from-intent --pattern 1 --intent TARGET eb1.ms"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
