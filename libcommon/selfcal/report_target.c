/* One target on the page. */
#include "base/mem.h"
#include "base/text.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <string.h>

/* ---- numbers at the top ---- */

static void add_fact(cal_buf *html, const char *name, const char *value, const char *note)
{
    cal_buf_addf(html, "<div><dt>%s</dt><dd>", name);
    cal_html_text(html, value);
    cal_buf_add(html, "<small>");
    cal_html_text(html, note);
    cal_buf_add(html, "</small></dd></div>\n");
}

static void add_facts(jv numbers, cal_buf *html)
{
    jv initial = cal_json_at(numbers, "initial"), final = cal_json_at(numbers, "final");
    char value[CAL_REPORT_TEXT], before[CAL_REPORT_TEXT], note[2 * CAL_REPORT_TEXT];
    static const struct {
        const char *name, *key;
        bool flux;
    } facts[] = {{"S/N", "snr", false},
                 {"S/N near the source", "snr_nf", false},
                 {"Noise (per beam)", "rms_jy", true},
                 {"Noise near the source", "rms_nf_jy", true},
                 {"Flux in the mask", "flux_jy", true}};
    cal_buf_add(html, "<dl class=\"facts\">\n");
    for (size_t i = 0; i < CAL_COUNT(facts); i++) {
        double first = cal_report_number(initial, facts[i].key),
               last = cal_report_number(final, facts[i].key);
        char *(*write)(double, char *) = facts[i].flux ? cal_report_flux : cal_report_snr;
        snprintf(note, sizeof note, "%s before", write(first, before));
        add_fact(html, facts[i].name, write(isnan(last) ? first : last, value),
                 isnan(last) ? "" : note);
    }
    snprintf(note, sizeof note, "%s before", cal_report_beam(initial, before));
    add_fact(html, "Beam", cal_report_beam(final, value), note);
    cal_buf_add(html, "</dl>\n");
    jv_free(initial);
    jv_free(final);
}

/* ---- ladder ---- */

static const char *verdict_class(const char *verdict)
{
    if (!strcmp(verdict, "accepted"))
        return "good";
    return !strcmp(verdict, "refused") ? "bad" : "mid";
}

static void add_badge(const char *verdict, cal_buf *html)
{
    bool untried = !strcmp(verdict, "not_tried");
    cal_buf_addf(html, "<span class=\"badge %s\">", untried ? "soft" : verdict_class(verdict));
    cal_html_text(html, untried ? "not tried" : verdict);
    cal_buf_add(html, "</span>");
}

static void add_pair(jv rung, const char *key, const char *unit, bool flux, cal_buf *html)
{
    char name[64], before[CAL_REPORT_TEXT], after[CAL_REPORT_TEXT];
    char *(*write)(double, char *) = flux ? cal_report_flux : cal_report_snr;
    snprintf(name, sizeof name, "%s_pre%s", key, unit);
    write(cal_report_number(rung, name), before);
    snprintf(name, sizeof name, "%s_post%s", key, unit);
    write(cal_report_number(rung, name), after);
    cal_buf_addf(html, "<td class=\"n\">%s</td><td class=\"n\">%s</td>", before, after);
}

static void add_row(jv rung, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    const char *verdict = cal_json_text_at(rung, "verdict", "");
    cal_buf_add(html, "<tr><th scope=\"row\">");
    cal_html_text(html, cal_report_interval(rung, text));
    cal_buf_add(html, "</th><td>");
    cal_html_text(html, cal_json_text_at(rung, "mode", "\u2013"));
    cal_buf_add(html, "</td>");
    add_pair(rung, "snr", "", false, html);
    add_pair(rung, "snr_nf", "", false, html);
    add_pair(rung, "rms", "_jy", true, html);
    cal_buf_addf(html, "<td class=\"n\">%s</td>",
                 cal_report_percent(cal_report_number(rung, "beam_growth"), true, text));
    cal_buf_addf(html, "<td class=\"n\">%s</td><td>",
                 cal_report_percent(cal_report_number(rung, "flagged_fraction_post"), false, text));
    add_badge(verdict, html);
    cal_buf_add(html, "</td></tr>\n");
}

static void add_ladder(jv numbers, cal_buf *html)
{
    jv rungs = cal_json_at(numbers, "ladder");
    cal_buf_add(html, "<h3>The ladder of solution intervals</h3>\n");
    cal_report_chart(numbers, html);
    cal_buf_add(html,
                "<div class=\"wide\"><table><caption>Before and after each interval, both cleaned "
                "equally deep</caption><thead><tr>"
                "<th scope=\"col\">Interval</th><th scope=\"col\">Mode</th>"
                "<th scope=\"col\" class=\"n\">S/N</th><th scope=\"col\" class=\"n\">after</th>"
                "<th scope=\"col\" class=\"n\">near</th><th scope=\"col\" class=\"n\">after</th>"
                "<th scope=\"col\" class=\"n\">Noise</th><th scope=\"col\" class=\"n\">after</th>"
                "<th scope=\"col\" class=\"n\">Beam</th><th scope=\"col\" class=\"n\">Flagged</th>"
                "<th scope=\"col\">Verdict</th></tr></thead><tbody>\n");
    jv_array_foreach(rungs, i, rung)
    {
        add_row(rung, html);
        jv_free(rung);
    }
    cal_buf_add(html, "</tbody></table></div>\n");
    jv_free(rungs);
}

/* ---- steps ---- */

static void add_commands(jv step, cal_buf *html)
{
    jv commands = cal_report_list(step, "commands");
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

static void add_table_plots(const char *folder, jv solution, const char *block, bool amplitude,
                            cal_buf *html)
{
    const char *path = cal_json_text_at(solution, "gaintable", NULL);
    char *file = path ? cal_report_path(folder, path) : NULL;
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
        cal_report_plot(table, gains, false, html);
        if (amplitude)
            cal_report_plot(table, gains, true, html);
        jv_free(gains);
        jv_free(passed);
    }
    cal_caltable_free(table);
    free(file);
}

/* Are the first block's solutions in the chain that is applied? */
static bool is_applied(jv target, jv sets)
{
    jv blocks = cal_report_list(target, "vis"), set = jv_array_get(jv_copy(sets), 0),
       solution = cal_report_solution(set), block = jv_array_get(jv_copy(blocks), 0),
       chain = cal_report_list(block, "gaintable_final"), path = cal_json_at(solution, "gaintable");
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

static void add_gains(const char *folder, jv target, jv step, bool amplitude, cal_buf *html)
{
    jv sets = cal_report_list(step, "solutions"), blocks = cal_report_list(target, "vis");
    if (jv_array_length(jv_copy(sets))) {
        cal_buf_addf(html, "<details%s>", is_applied(target, sets) ? " open" : "");
        cal_buf_add(html, "<summary>Solutions against time, antenna by antenna</summary>\n");
        jv_array_foreach(sets, i, set)
        {
            jv solution = cal_report_solution(set), block = jv_array_get(jv_copy(blocks), i);
            if (jv_get_kind(block) == JV_KIND_OBJECT)
                add_table_plots(folder, solution, cal_report_block_name(block), amplitude, html);
            jv_free(block);
            jv_free(solution);
            jv_free(set);
        }
        cal_buf_add(html, "</details>\n");
    }
    jv_free(sets);
    jv_free(blocks);
}

static void add_step_head(jv step, jv rung, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    cal_buf_add(html, "<div class=\"step\"><div><h4>");
    cal_html_text(html, cal_report_interval(step, text));
    cal_buf_add(html, "</h4>");
    add_badge(cal_json_text_at(rung, "verdict", ""), html);
    cal_buf_add(html, "</div>\n<p>");
    cal_html_text(html, cal_json_text_at(step, "decision", ""));
    cal_buf_add(html, "</p>\n");
}

/* What each set of solutions was chosen for, where that is said. */
static void add_choice(jv step, cal_buf *html)
{
    jv sets = cal_report_list(step, "solutions");
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
    jv attempts = cal_report_list(step, "attempts");
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

static void add_step_pictures(const cal_report_look *look, jv step, cal_buf *html)
{
    jv prior = cal_report_picture(step, "prior"), post = cal_report_picture(step, "post");
    bool before = jv_get_kind(prior) == JV_KIND_OBJECT, after = jv_get_kind(post) == JV_KIND_OBJECT;
    if (before || after)
        cal_buf_add(html, "<div class=\"pair two\">\n");
    if (before)
        cal_report_figure(look, prior, "before", html);
    if (after)
        cal_report_figure(look, post, "after", html);
    if (before || after)
        cal_buf_add(html, "</div>\n");
    jv_free(prior);
    jv_free(post);
}

static void add_step(const cal_report_look *look, jv target, jv step, jv rung, cal_buf *html)
{
    add_step_head(step, rung, html);
    add_choice(step, html);
    add_attempts(step, html);
    add_step_pictures(look, step, html);
    add_gains(look->folder, target, step, !strcmp(cal_json_text_at(rung, "solmode", "p"), "ap"),
              html);
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

/* The next rung that a step has come to: these are the solint steps of the state, in order. */
static jv next_rung(jv rungs, int *next)
{
    while (*next < jv_array_length(jv_copy(rungs))) {
        jv rung = jv_array_get(jv_copy(rungs), (*next)++);
        if (cal_json_has(rung, "pass"))
            return rung;
        jv_free(rung);
    }
    return jv_null();
}

static void add_steps(const cal_report_look *look, jv target, jv numbers, cal_buf *html)
{
    jv steps = cal_report_list(target, "steps"), rungs = cal_json_at(numbers, "ladder");
    int next = 0;
    if (jv_array_length(jv_copy(steps)))
        cal_buf_add(html, "<h3>Step by step</h3>\n");
    jv_array_foreach(steps, i, step)
    {
        if (cal_report_is_rung(step)) {
            jv rung = next_rung(rungs, &next);
            add_step(look, target, step, rung, html);
            jv_free(rung);
        } else
            add_other_step(step, html);
        jv_free(step);
    }
    jv_free(steps);
    jv_free(rungs);
}

static void add_first_and_last(const cal_report_look *look, jv target, cal_buf *html)
{
    jv initial = cal_report_step(target, "initial"), final = cal_report_step(target, "final");
    jv before = cal_report_picture(initial, "post"), after = cal_report_picture(final, "post");
    if (jv_get_kind(before) == JV_KIND_OBJECT) {
        cal_buf_add(html, "<h3>Before and after</h3>\n<div class=\"pair two\">\n");
        cal_report_figure(look, before, "initial", html);
        if (jv_get_kind(after) == JV_KIND_OBJECT)
            cal_report_figure(look, after, "final", html);
        cal_buf_add(html, "</div>\n");
        cal_report_colours(look, html);
    }
    jv_free(before);
    jv_free(after);
    jv_free(initial);
    jv_free(final);
}

/* ---- tables and working copies ---- */

static void add_cell(cal_buf *html, jv value)
{
    cal_buf_add(html, "<td>");
    if (jv_get_kind(value) == JV_KIND_STRING)
        cal_html_text(html, jv_string_value(value));
    else if (jv_get_kind(value) == JV_KIND_ARRAY && jv_array_length(jv_copy(value))) {
        char *text = cal_json_dump(value);
        text[strlen(text) - 1] = 0;
        cal_html_text(html, text + 1);
        free(text);
    } else
        cal_buf_add(html, "\u2013");
    cal_buf_add(html, "</td>");
    jv_free(value);
}

static void add_table_row(jv table, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    jv gains = cal_json_at(table, "gains");
    cal_buf_add(html, "<tr><th scope=\"row\"><code>");
    cal_html_path(html, cal_json_text_at(table, "gaintable", ""));
    cal_buf_add(html, "</code></th>");
    cal_buf_add(html, "<td>");
    cal_html_path(html, cal_json_text_at(table, "original", ""));
    cal_buf_add(html, "</td>");
    add_cell(html, cal_json_at(table, "spwmap"));
    add_cell(html, cal_json_at(table, "interp"));
    add_cell(html, cal_json_at(table, "applymode"));
    cal_buf_addf(html, "<td class=\"n\">%s</td>",
                 cal_report_percent(cal_report_number(gains, "flagged_fraction"), false, text));
    add_cell(html, cal_json_at(table, "passed_through"));
    cal_buf_add(html, "</tr>\n");
    jv_free(gains);
}

static void add_tables(jv numbers, cal_buf *html)
{
    jv tables = cal_json_at(numbers, "tables");
    cal_buf_add(html, "<h3>Tables to apply</h3>\n");
    if (!jv_array_length(jv_copy(tables)))
        cal_buf_add(html, "<p>None: the data stay as they are.</p>\n");
    else {
        cal_buf_add(html,
                    "<div class=\"wide\"><table><caption>In this order, to the original data; "
                    "selfcal-apply does it. Weights are not calibrated.</caption><thead><tr>"
                    "<th scope=\"col\">Table</th><th scope=\"col\">Data</th>"
                    "<th scope=\"col\">spwmap</th><th scope=\"col\">interp</th>"
                    "<th scope=\"col\">applymode</th><th scope=\"col\" class=\"n\">Flagged</th>"
                    "<th scope=\"col\">Passed through</th></tr></thead><tbody>\n");
        jv_array_foreach(tables, i, table)
        {
            add_table_row(table, html);
            jv_free(table);
        }
        cal_buf_add(html, "</tbody></table></div>\n");
    }
    jv_free(tables);
}

static void add_copies(jv target, cal_buf *html)
{
    jv blocks = cal_report_list(target, "vis");
    cal_buf_add(html, "<h3>Working copies</h3>\n<div class=\"wide\"><table><thead><tr>"
                      "<th scope=\"col\">Working copy</th><th scope=\"col\">Made from</th>"
                      "<th scope=\"col\">Reference antennas</th></tr></thead><tbody>\n");
    jv_array_foreach(blocks, i, block)
    {
        cal_buf_add(html, "<tr><th scope=\"row\"><code>");
        cal_html_path(html, cal_json_text_at(block, "vis", ""));
        cal_buf_add(html, "</code></th><td>");
        cal_html_path(html, cal_json_text_at(block, "original", ""));
        cal_buf_add(html, "</td><td>");
        cal_words names = cal_words_split(cal_json_text_at(block, "refant", ""), ',');
        for (int k = 0; k < names.count && k < 4; k++)
            cal_html_textf(html, "%s%s", k ? ", " : "", names.item[k]);
        cal_buf_add(html, names.count > 4 ? " \u2026</td></tr>\n" : "</td></tr>\n");
        cal_words_free(&names);
        jv_free(block);
    }
    cal_buf_add(html, "</tbody></table></div>\n");
    jv_free(blocks);
}

/* ---- the whole ---- */

static void add_head(jv numbers, int index, cal_buf *html)
{
    const char *stop = cal_json_text_at(numbers, "stop_reason", NULL);
    cal_buf_addf(html, "<section id=\"t%d\"%s><h2>", index, index ? "" : " class=\"first\"");
    cal_html_text(html, cal_json_text_at(numbers, "target", "?"));
    cal_buf_add(html, "</h2>\n<p class=\"soft\">");
    cal_html_textf(html, "%s, %s", cal_json_text_at(numbers, "band", "?"),
                   cal_json_text_at(numbers, "qa", ""));
    const char *last = cal_json_text_at(numbers, "final_solint", NULL);
    if (last)
        cal_html_textf(html, cal_report_is_borrowed(last) ? " (%s)" : " down to %s", last);
    cal_buf_add(html, "</p>\n");
    if (stop) {
        cal_buf_add(html, "<p>Stopped: ");
        cal_html_text(html, stop);
        cal_buf_add(html, "</p>\n");
    }
}

void cal_report_target(jv target, jv numbers, const char *folder, int index, cal_buf *html)
{
    cal_report_look look = cal_report_look_at(target, folder);
    add_head(numbers, index, html);
    add_facts(numbers, html);
    add_first_and_last(&look, target, html);
    add_ladder(numbers, html);
    add_tables(numbers, html);
    add_steps(&look, target, numbers, html);
    add_copies(target, html);
    cal_buf_add(html, "</section>\n");
}
