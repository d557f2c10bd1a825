/* The accepted solutions of a self-calibration, applied to the original data. */
#include "base/ask.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/stop.h"
#include "base/tool.h"
#include "selfcal/original.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder;
static bool dry_run, force;
static long jobs;

static const cal_option options[] = {
    {"write", 'w', CAL_TEXT, "DIR", &folder,
     "apply nothing, but write into this folder how it is done: apply.sh, applycal.py, "
     "cal-libraries, uvcontsub.py",
     0, 0},
    {"force", 'f', CAL_FLAG, NULL, &force, "replace files in the folder", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &dry_run, "write nothing, say what would be applied", 0, 0},
    {"jobs", 'j', CAL_COUNT, "N", &jobs, "threads of applycal; 0: as many as there are cores", 0,
     0},
    CAL_OPTIONS_END,
};

/* ---- apply ---- */

static cal_status renumber(const cal_original *o, cal_error *err)
{
    for (int i = 0; i < o->tables; i++)
        if (o->table[i].renumbered && cal_original_renumber(o, &o->table[i], err))
            return err->status;
    return CAL_OK;
}

static cal_status apply(const cal_original *o, jv *result, cal_error *err)
{
    if (!o->tables)
        return CAL_OK;
    if (renumber(o, err))
        return err->status;
    jv answer;
    char text[24];
    cal_words argv = cal_original_argv(o);
    snprintf(text, sizeof text, "%ld", jobs);
    cal_words_add(&argv, "--jobs");
    cal_words_add(&argv, text);
    cal_note("%s: %s, %s", o->vis, o->target, o->band);
    cal_status status = cal_ask_tool(&argv, &answer, err);
    cal_words_free(&argv);
    jv_free(answer);
    if (!status)
        cal_json_set(result, "applied", jv_true());
    return status ? cal_prefix(err, "%s, %s", o->target, o->band) : CAL_OK;
}

/* ---- write ---- */

typedef void writer(const cal_original *, cal_buf *);

static cal_status put(const char *name, const cal_buf *text, jv *files, cal_error *err)
{
    char *path = cal_format("%s/%s", folder, name);
    cal_status status = cal_output_file(path, force, text->data, text->len, err);
    if (!status)
        cal_json_push(files, jv_string(path));
    free(path);
    return status;
}

/* The same of all targets of one MS (NULL: of all) behind a heading; no file where there is nothing to say. */
static cal_status put_all(const cal_originals *all, const char *vis, writer *write,
                          const char *name, const char *head, jv *files, cal_error *err)
{
    cal_buf text = {0};
    cal_buf_add(&text, head);
    size_t empty = text.len;
    for (int i = 0; i < all->count; i++)
        if (all->item[i].tables && (!vis || !strcmp(all->item[i].vis, vis)))
            write(&all->item[i], &text);
    cal_status status = text.len > empty ? put(name, &text, files, err) : CAL_OK;
    cal_buf_free(&text);
    return status;
}

static bool is_first(const cal_originals *all, int index)
{
    for (int i = 0; i < index; i++)
        if (!strcmp(all->item[i].vis, all->item[index].vis))
            return false;
    return true;
}

static cal_status put_libraries(const cal_originals *all, jv *files, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < all->count && !status; i++) {
        char *base = cal_basename(all->item[i].vis), *name = cal_format("%s.callib.txt", base);
        if (is_first(all, i))
            status = put_all(all, all->item[i].vis, cal_original_library, name, "", files, err);
        free(name);
        free(base);
    }
    return status;
}

static void add_lines(const cal_originals *all, cal_buf *text)
{
    for (int i = 0; i < all->count; i++)
        if (is_first(all, i))
            cal_original_uvcontsub(all, i, text);
}

static cal_status write_files(const cal_originals *all, jv *files, cal_error *err)
{
    static const char shell[] = "#!/bin/sh\n# The self-calibration, applied to the original data. "
                                "Paths are as seen from the "
                                "folder in which\n# selfcal-apply was run.\nset -e\n";
    static const char casa[] = "from casatasks import applycal\n\n";
    cal_buf lines = {0};
    if (mkdir(folder, 0777) && errno != EEXIST)
        return cal_fail_errno(err, CAL_OUTPUT, "%s", folder);
    cal_status status = CAL_OK;
    for (int i = 0; i < all->count && !status; i++)
        status = renumber(&all->item[i], err);
    if (!status)
        status = put_all(all, NULL, cal_original_shell, "apply.sh", shell, files, err);
    if (!status)
        status = put_all(all, NULL, cal_original_casa, "applycal.py", casa, files, err);
    if (!status)
        status = put_libraries(all, files, err);
    cal_buf_add(&lines, "from casatasks import uvcontsub\n\n");
    size_t empty = lines.len;
    add_lines(all, &lines);
    if (!status && lines.len > empty)
        status = put("uvcontsub.py", &lines, files, err);
    cal_buf_free(&lines);
    return status;
}

/* ---- the result ---- */

static void print_text(jv document, cal_buf *out)
{
    jv list = cal_json_at(document, "originals"), files = cal_json_at(document, "files");
    bool dry = cal_json_bool_at(document, "dry_run", false);
    jv_array_foreach(list, i, one)
    {
        cal_buf_addf(out, "%s, %s, %s: ", cal_json_text_at(one, "vis", ""),
                     cal_json_text_at(one, "target", ""), cal_json_text_at(one, "band", ""));
        if (cal_json_has(one, "command"))
            cal_buf_addf(out, "%s\n  %s\n",
                         cal_json_bool_at(one, "applied", false) ? "applied"
                         : dry                                   ? "would be applied"
                                                                 : "to be applied",
                         cal_json_text_at(one, "command", ""));
        else
            cal_buf_add(out, "nothing was accepted; the data stay as they are\n");
        jv_free(one);
    }
    jv_array_foreach(files, k, file)
    {
        cal_buf_addf(out, "%s\n", jv_string_value(file));
        jv_free(file);
    }
    jv_free(list);
    jv_free(files);
}

static jv describe(const cal_originals *all)
{
    jv list = jv_array();
    for (int i = 0; i < all->count; i++) {
        jv one = cal_original_json(&all->item[i]);
        cal_json_set(&one, "applied", jv_false());
        cal_json_push(&list, one);
    }
    return list;
}

static jv describe_lines(const cal_originals *all)
{
    jv list = jv_array();
    for (int i = 0; i < all->count; i++) {
        cal_buf text = {0};
        if (is_first(all, i))
            cal_original_uvcontsub(all, i, &text);
        if (text.len) {
            text.data[text.len - 1] = 0;
            cal_json_push(&list, cal_json_text(text.data));
        }
        cal_buf_free(&text);
    }
    return list;
}

static cal_status apply_all(const cal_originals *all, jv *list, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < all->count && !status; i++) {
        jv one = jv_array_get(jv_copy(*list), i);
        status = apply(&all->item[i], &one, err);
        *list = jv_array_set(*list, i, one);
    }
    return status;
}

static cal_status carry_out(const cal_originals *all, cal_error *err)
{
    jv list = describe(all), files = jv_array();
    cal_status status = CAL_OK;
    int accepted = 0;
    for (int i = 0; i < all->count; i++) {
        accepted += all->item[i].tables > 0;
        for (int k = 0; k < all->item[i].notes.count; k++)
            cal_warn("%s: %s", all->item[i].vis, all->item[i].notes.item[k]);
    }
    if (!accepted)
        cal_warn("no solutions were accepted: there is nothing to apply");
    if (folder && !dry_run)
        status = write_files(all, &files, err);
    else if (!dry_run)
        status = apply_all(all, &list, err);
    if (status) {
        jv_free(list);
        jv_free(files);
        return status;
    }
    return cal_print(JV_OBJECT(jv_string("dry_run"), jv_bool(dry_run), jv_string("originals"), list,
                               jv_string("uvcontsub"), describe_lines(all), jv_string("files"),
                               files),
                     print_text, err);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    const char *path = count ? operand[0] : "-";
    cal_originals all = {0};
    jv state;
    if (cal_json_read(path, &state, err))
        return err->status;
    char *from = cal_path_folder(path);
    cal_status status = cal_originals_find(state, from, folder, &all, err);
    if (!status)
        status = carry_out(&all, err);
    cal_originals_free(&all);
    free(from);
    jv_free(state);
    return status;
}

static const cal_tool tool = {
    .name = "selfcal-apply",
    .group = CAL_GROUP_SELFCAL,
    .brief = "apply the solutions of a self-calibration to the original data",
    .operands = "[STATE]",
    .min_operands = 0,
    .max_operands = 1,
    .about =
        "Applies the tables that selfcal-step accepted to the MeasurementSets that the working "
        "copies were made of: to the fields and windows of each target, all channels, with "
        "applycal, which writes CORRECTED_DATA and flags what has no solution. Fields are found "
        "by name and direction, windows by name and frequency, antennas by name; numbers of the "
        "working copies mean nothing. A second run changes nothing. Or writes how it is done, "
        "for the shell and for CASA. STATE is what selfcal-step prints; without it, it is read "
        "from stdin.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"Which tables would be applied to what?", "selfcal-apply --dry-run --text state.json"},
            {"Apply them", "selfcal-apply state.json"},
            {"Scripts for later, and for CASA", "selfcal-apply --write apply state.json"},
            {"The subtraction of the continuum from the lines, as CASA's call",
             "selfcal-apply -n state.json --raw --jq '.uvcontsub[]'"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
