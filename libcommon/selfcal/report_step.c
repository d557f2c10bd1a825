/* What was done, step by step: decision, pictures, solutions, commands. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <string.h>

static void add_commands(jv step, cal_buf *html)
{
    jv commands = cal_json_list_at(step, "commands");
    int count = jv_array_length(jv_copy(commands));
    if (count) {
        cal_buf_addf(html, "<details><summary>%d command%s</summary><pre>", count,
                     count == 1 ? "" : "s");
        jv_array_foreach(commands, i, command)
        {
            if (jv_get_kind(command) == JV_KIND_STRING)
                cal_html_text(html, jv_string_value(command));
            cal_buf_add(html, "\n");
            jv_free(command);
        }
        cal_buf_add(html, "</pre></details>\n");
    }
    jv_free(commands);
}

/* `interval` is the entry of the target's solints. */
static void add_table_plots(const char *folder, jv solution, const char *block, jv interval,
                            cal_buf *html)
{
    bool amplitude = !strcmp(cal_json_text_at(interval, "solmode", "p"), "ap");
    double seconds = cal_report_number(interval, "seconds");
    const char *path = cal_json_text_at(solution, "gaintable", NULL);
    char *file = path ? cal_path_from(folder, path) : NULL;
    cal_caltable *table = NULL;
    cal_error err = {0};
    cal_buf_add(html, "<p class=\"small\"><b>");
    cal_html_text(html, block);
    cal_buf_add(html, "</b> <code>");
    cal_html_path(html, path ?: "");
    cal_buf_add(html, "</code></p>\n");
    if (!file || cal_caltable_read(file, &table, &err)) {
        cal_buf_add(html, "<div class=\"missing\">No solutions to show: ");
        cal_html_text(html, *err.text ? err.text : "the state names no table");
        cal_buf_add(html, "</div>\n");
    } else {
        jv passed = cal_json_at(solution, "passed_through"),
           gains = cal_report_gains(table, passed);
        cal_report_plot(table, gains, false, seconds, html);
        if (amplitude)
            cal_report_plot(table, gains, true, seconds, html);
        jv_free(gains);
        jv_free(passed);
    }
    cal_caltable_free(table);
    free(file);
}

/* Are the first block's solutions in the chain that is applied? */
static bool is_applied(jv target, jv sets)
{
    jv blocks = cal_json_list_at(target, "vis"), set = jv_array_get(jv_copy(sets), 0),
       solution = cal_report_solution(set), block = jv_array_get(jv_copy(blocks), 0),
       chain = cal_json_list_at(block, "gaintable_final"),
       path = cal_json_at(solution, "gaintable");
    bool applied = false;
    jv_array_foreach(chain, i, each)
    {
        applied = jv_equal(each, jv_copy(path)) || applied;
    }
    jv_free(path);
    jv_free(chain);
    jv_free(block);
    jv_free(solution);
    jv_free(set);
    jv_free(blocks);
    return applied;
}

static void add_gains(const char *folder, jv target, jv step, cal_buf *html)
{
    jv interval =
        cal_json_find(target, "solints", "solint", cal_json_text_at(step, "solint", ""), NULL);
    jv sets = cal_json_list_at(step, "solutions"), blocks = cal_json_list_at(target, "vis");
    if (jv_array_length(jv_copy(sets))) {
        cal_buf_addf(html, "<details%s>", is_applied(target, sets) ? " open" : "");
        cal_buf_add(html, "<summary>Solutions against time, antenna by antenna</summary>\n");
        jv_array_foreach(sets, i, set)
        {
            jv solution = cal_report_solution(set), block = jv_array_get(jv_copy(blocks), i);
            if (jv_get_kind(block) == JV_KIND_OBJECT)
                add_table_plots(folder, solution, cal_report_block_name(block), interval, html);
            jv_free(block);
            jv_free(solution);
            jv_free(set);
        }
        cal_buf_add(html, "</details>\n");
    }
    jv_free(interval);
    jv_free(sets);
    jv_free(blocks);
}

static void add_step_head(jv step, jv rung, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    cal_buf_add(html, "<div class=\"step\"><div><h4>");
    cal_html_text(html, cal_report_interval(step, text));
    cal_buf_add(html, "</h4>");
    cal_html_badge(html, cal_json_text_at(rung, "verdict", ""));
    cal_buf_add(html, "</div>\n<p>");
    cal_html_text(html, cal_json_text_at(step, "decision", ""));
    cal_buf_add(html, "</p>\n");
}

/* What each set of solutions was chosen for, where that is said. */
static void add_choice(jv step, cal_buf *html)
{
    jv sets = cal_json_list_at(step, "solutions");
    if (jv_array_length(jv_copy(sets))) {
        jv first = jv_array_get(jv_copy(sets), 0);
        const char *reason = cal_json_text_at(first, "reason", NULL);
        if (reason) {
            cal_buf_add(html, "<p class=\"small soft\">Mode: ");
            cal_html_text(html, reason);
            cal_buf_add(html, "</p>\n");
        }
        jv_free(first);
    }
    jv_free(sets);
}

/* Where a step was done in more than one way: each with its verdict and the reasons. */
static void add_attempts(jv step, cal_buf *html)
{
    jv attempts = cal_json_list_at(step, "attempts");
    if (jv_array_length(jv_copy(attempts)) > 1) {
        cal_buf_add(html, "<ul class=\"small\">\n");
        jv_array_foreach(attempts, i, attempt)
        {
            jv verdict = cal_json_at(attempt, "verdict");
            char *reasons = cal_report_reasons(verdict, "");
            cal_buf_add(html, "<li>");
            cal_html_textf(html, "%s: %s; %s", cal_json_text_at(attempt, "way", "?"),
                           cal_json_text_at(verdict, "kind", "?"), reasons);
            cal_buf_add(html, "</li>\n");
            free(reasons);
            jv_free(verdict);
            jv_free(attempt);
        }
        cal_buf_add(html, "</ul>\n");
    }
    jv_free(attempts);
}

static void add_step(const cal_report_look *look, jv target, jv numbers, jv step, jv rung,
                     cal_buf *html)
{
    add_step_head(step, rung, html);
    add_choice(step, html);
    add_attempts(step, html);
    cal_report_step_pictures(look, step, numbers, html);
    add_gains(look->folder, target, step, html);
    add_commands(step, html);
    cal_buf_add(html, "</div>\n");
}

static void add_other_step(jv step, cal_buf *html)
{
    cal_buf_add(html, "<div class=\"step\"><div><h4>");
    cal_html_text(html, cal_json_text_at(step, "step", ""));
    cal_buf_add(html, "</h4></div>\n<p>");
    cal_html_text(html, cal_json_text_at(step, "decision", ""));
    cal_buf_add(html, "</p>\n");
    add_commands(step, html);
    cal_buf_add(html, "</div>\n");
}

void cal_report_steps(const cal_report_look *look, jv target, jv numbers, cal_buf *html)
{
    jv steps = cal_json_list_at(target, "steps"), rungs = cal_json_at(numbers, "ladder");
    int next = 0;
    if (jv_array_length(jv_copy(steps)))
        cal_buf_add(html, "<h3>Step by step</h3>\n");
    jv_array_foreach(steps, i, step)
    {
        if (cal_report_is_rung(step)) {
            jv rung = cal_report_next_rung(rungs, &next);
            add_step(look, target, numbers, step, rung, html);
            jv_free(rung);
        } else
            add_other_step(step, html);
        jv_free(step);
    }
    jv_free(steps);
    jv_free(rungs);
}
