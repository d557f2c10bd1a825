/* Runs of applycal as text. */
#include "base/mem.h"
#include "callib/jobs.h"
#include <string.h>

static void add_option(cal_words *words, const char *option, const char *value)
{
    if (!value || !*value)
        return;
    cal_words_add(words, option);
    cal_words_add(words, value);
}

static void add_table(const cal_calibration *calibration, const char *antenna, cal_words *words)
{
    cal_buf map = {0};
    for (int i = 0; i < calibration->spwmaps; i++)
        cal_buf_addf(&map, "%s%d", i ? "," : "", calibration->spwmap[i]);
    add_option(words, "--gaintable", calibration->gaintable);
    add_option(words, "--gainfield", calibration->gainfield);
    add_option(words, "--interp", calibration->interp);
    add_option(words, "--spwmap", cal_buf_text(&map));
    if (!calibration->calwt)
        add_option(words, "--calwt", "false");
    add_option(words, "--for-antenna", antenna);
    cal_buf_free(&map);
}

static const char *path_of(const cal_vis *vis)
{
    return *vis->path ? vis->path : vis->name;
}

/* "applycal", its options, the path of the set. */
static cal_words words_of(const cal_library *library, const cal_job *job)
{
    cal_words words = {0};
    cal_words_add(&words, "applycal");
    add_option(&words, "--field", job->field);
    add_option(&words, "--spw", job->spw);
    add_option(&words, "--intent", job->intent);
    for (int i = 0; i < job->tables; i++)
        add_table(&library->calibration[job->table[i].calibration], job->table[i].antenna, &words);
    cal_words_add(&words, path_of(job->vis));
    return words;
}

static void add_command(const cal_library *library, const cal_job *job, cal_buf *out)
{
    cal_words words = words_of(library, job);
    for (int i = 0; i < words.count; i++) {
        cal_buf_add(out, i ? " " : "");
        cal_buf_add_quoted(out, words.item[i]);
    }
    cal_words_free(&words);
}

/* ---- sh ---- */

void cal_jobs_write_shell(const cal_library *library, const cal_jobs *jobs, cal_buf *out)
{
    for (int i = 0; i < jobs->count; i++) {
        add_command(library, &jobs->item[i], out);
        cal_buf_add(out, "\n");
    }
}

/* ---- make ---- */

/* Runs on one set write the same file, so each waits for the one before it. */
static void add_target(const cal_library *library, const cal_jobs *jobs, int job, int set, int part,
                       cal_buf *out)
{
    cal_buf command = {0};
    cal_buf_addf(out, "\napply-%d-%d:", set, part);
    if (part > 1)
        cal_buf_addf(out, " apply-%d-%d", set, part - 1);
    add_command(library, &jobs->item[job], &command);
    cal_buf_add(out, "\n\t");
    for (const char *c = cal_buf_text(&command); *c; c++)
        cal_buf_addf(out, *c == '$' ? "$$" : "%c", *c);
    cal_buf_add(out, "\n");
    cal_buf_free(&command);
}

void cal_jobs_write_make(const cal_library *library, const cal_jobs *jobs, cal_buf *out)
{
    cal_buf targets = {0}, all = {0};
    int set = 0, part = 0;
    for (int i = 0; i < jobs->count; i++) {
        bool another = !i || jobs->item[i].vis != jobs->item[i - 1].vis;
        set += another;
        part = another ? 1 : part + 1;
        cal_buf_addf(&all, " apply-%d-%d", set, part);
        add_target(library, jobs, i, set, part, &targets);
    }
    cal_buf_addf(out, ".PHONY: apply%s\napply:%s\n", cal_buf_text(&all), cal_buf_text(&all));
    cal_buf_add(out, cal_buf_text(&targets));
    cal_buf_free(&targets);
    cal_buf_free(&all);
}

/* ---- NDJSON ---- */

static jv job_json(const cal_library *library, const cal_job *job)
{
    jv document = jv_object(), tables = jv_array();
    cal_json_set(&document, "vis", cal_json_text(path_of(job->vis)));
    cal_json_set(&document, "field", cal_json_text(job->field));
    cal_json_set(&document, "spw", cal_json_text(job->spw));
    cal_json_set(&document, "intent", cal_json_text(job->intent));
    for (int i = 0; i < job->tables; i++) {
        jv table = cal_calibration_json(&library->calibration[job->table[i].calibration]);
        cal_json_set(&table, "antenna", cal_json_text(job->table[i].antenna));
        cal_json_push(&tables, table);
    }
    cal_json_set(&document, "tables", tables);
    cal_words words = words_of(library, job);
    cal_json_set(&document, "argv", cal_json_texts((const char *const *)words.item, words.count));
    cal_words_free(&words);
    return document;
}

void cal_jobs_write_json(const cal_library *library, const cal_jobs *jobs, cal_buf *out)
{
    for (int i = 0; i < jobs->count; i++) {
        jv document = job_json(library, &jobs->item[i]);
        char *line = cal_json_dump(document);
        cal_buf_addf(out, "%s\n", line);
        free(line);
        jv_free(document);
    }
}
