/* The page around the targets. */
#include "base/child.h"
#include "base/mem.h"
#include "base/tool.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <string.h>

/* ---- head ---- */

static void add_names(jv summary, cal_buf *html)
{
    jv names = cal_json_at(summary, "execution_blocks");
    jv_array_foreach(names, i, name)
    {
        cal_html_textf(html, "%s%s", i ? ", " : "",
                       jv_get_kind(name) == JV_KIND_STRING ? jv_string_value(name) : "?");
        jv_free(name);
    }
    jv_free(names);
}

static void add_head(jv summary, cal_buf *html)
{
    cal_buf_add(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                      "<title>Self-calibration of ");
    add_names(summary, html);
    cal_buf_add(html, "</title>\n<style>\n");
    cal_buf_add(html, cal_report_style);
    cal_buf_add(html, "</style>\n</head>\n<body>\n<header>\n<h1>Self-calibration</h1>\n"
                      "<p class=\"soft\" style=\"overflow-wrap:anywhere\">");
    add_names(summary, html);
    cal_buf_add(html, "</p>\n");
}

/* ---- all targets on one screen ---- */

static void add_overview_row(jv target, int index, cal_buf *html)
{
    char before[CAL_REPORT_TEXT], after[CAL_REPORT_TEXT], rms[CAL_REPORT_TEXT];
    jv initial = cal_json_at(target, "initial"), final = cal_json_at(target, "final");
    double score = cal_report_number(target, "qa_score");
    cal_buf_addf(html, "<tr><th scope=\"row\"><a href=\"#t%d\">", index);
    cal_html_text(html, cal_json_text_at(target, "target", "?"));
    cal_buf_add(html, "</a></th><td>");
    cal_html_text(html, cal_json_text_at(target, "band", ""));
    cal_buf_addf(html,
                 "</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>",
                 cal_report_snr(cal_report_number(initial, "snr"), before),
                 cal_report_snr(cal_report_number(final, "snr"), after),
                 cal_report_flux(cal_report_number(final, "rms_jy"), rms));
    cal_html_text(html, cal_json_text_at(target, "final_solint", "\u2013"));
    cal_buf_addf(html, "</td><td class=\"%s\">",
                 isnan(score)  ? "soft"
                 : score < 0.9 ? "bad"
                 : score < 1   ? "good"
                               : "mid");
    cal_html_text(html, cal_json_text_at(target, "qa", ""));
    cal_buf_add(html, "</td></tr>\n");
    jv_free(initial);
    jv_free(final);
}

static void add_overview(jv summary, cal_buf *html)
{
    static const char *const columns[] = {"Target", "Band",    "#S/N before", "#after",
                                          "#Noise", "Down to", "Result",      NULL};
    jv targets = cal_json_at(summary, "targets");
    cal_html_table(html, NULL, columns);
    jv_array_foreach(targets, i, target)
    {
        add_overview_row(target, i, html);
        jv_free(target);
    }
    cal_html_table_end(html);
    cal_buf_add(html, "</header>\n<main>\n");
    jv_free(targets);
}

/* ---- how it was made ---- */

typedef struct heard {
    cal_buf text;
} heard;

static void take_line(void *user, const char *line)
{
    heard *said = user;
    if (!said->text.len && (*line == '{' || !strncmp(line, "WSClean", 7)))
        cal_buf_add(&said->text, line);
}

static char *ask(const char *program, const char *first, const char *second)
{
    const char *argv[] = {program, first, second, NULL};
    heard said = {0};
    cal_error err = {0};
    int status = 0;
    cal_child_run(&(cal_child){argv, take_line, &said}, &status, &err);
    return cal_buf_steal(&said.text);
}

/* Versions of calutils and of the libraries below it, as calutils itself tells them, and of the imager that is installed. */
static void add_versions(cal_buf *html)
{
    char *folder = cal_own_folder(), *program = cal_format("%s/calutils", folder);
    char *json = ask(program, "version", "--json"), *imager = ask("wsclean", "--version", NULL);
    jv answer = jv_null(), libraries;
    cal_error err = {0};
    if (json && cal_json_parse(json, program, &answer, &err))
        answer = jv_null();
    cal_html_textf(html, "calutils %s", cal_version);
    libraries = cal_json_list_at(answer, "libraries");
    jv_array_foreach(libraries, i, library)
    {
        const char *version = cal_json_text_at(library, "built", NULL);
        if (version)
            cal_html_textf(html, ", %s %s", cal_json_text_at(library, "name", ""), version);
        jv_free(library);
    }
    jv_free(libraries);
    jv_free(answer);
    if (imager && *imager)
        cal_html_textf(html, ", %s", imager);
    free(imager);
    free(json);
    free(program);
    free(folder);
}

static void add_list(jv state, const char *key, const char *title, cal_buf *html)
{
    jv list = cal_json_list_at(state, key);
    if (jv_array_length(jv_copy(list))) {
        cal_buf_addf(html, "<h3>%s</h3>\n<ul>\n", title);
        jv_array_foreach(list, i, item)
        {
            cal_buf_add(html, "<li>");
            if (jv_get_kind(item) == JV_KIND_STRING)
                cal_html_text(html, jv_string_value(item));
            cal_buf_add(html, "</li>\n");
            jv_free(item);
        }
        cal_buf_add(html, "</ul>\n");
    }
    jv_free(list);
}

static void add_settings(jv state, cal_buf *html)
{
    jv settings = cal_json_at(state, "settings");
    if (jv_get_kind(settings) == JV_KIND_OBJECT) {
        cal_buf_add(html, "<details><summary>Settings</summary><pre>");
        jv_object_foreach(settings, key, value)
        {
            char *text = cal_json_dump(value);
            cal_html_textf(html, "%s = %s\n", jv_string_value(key), text);
            free(text);
            jv_free(key);
            jv_free(value);
        }
        cal_buf_add(html, "</pre></details>\n");
    }
    jv_free(settings);
}

static void add_foot(jv state, jv summary, cal_buf *html)
{
    cal_buf_add(html, "</main>\n<footer>\n");
    add_list(state, "notes", "Notes", html);
    cal_buf_add(html, "<h3>How this was made</h3>\n<p>");
    cal_html_textf(html, "Recipe %s. This page was made by ",
                   cal_json_text_at(summary, "recipe", "?"));
    add_versions(html);
    cal_buf_add(html, ".</p>\n");
    add_settings(state, html);
    cal_buf_add(html, "</footer>\n</body>\n</html>\n");
}

void cal_report_page(jv state, jv summary, const char *folder, cal_buf *html)
{
    jv targets = cal_json_at(state, "targets"), numbers = cal_json_at(summary, "targets");
    add_head(summary, html);
    add_overview(summary, html);
    jv_array_foreach(targets, i, target)
    {
        jv one = jv_array_get(jv_copy(numbers), i);
        cal_report_target(target, one, folder, i, html);
        jv_free(one);
        jv_free(target);
    }
    add_foot(state, summary, html);
    jv_free(targets);
    jv_free(numbers);
}
