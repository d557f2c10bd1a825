/* Pictures before and after; of a mosaic those of every sub-field, each of which is imaged by itself. */
#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <stdio.h>
#include <string.h>

enum {
    MANY = 8
}; /* pointings: a page with all pictures of more of them would be too large to be sent */

/* Up to two pictures beside each other; `name` (NULL: none) says of what. */
static void add_pair(const cal_report_look *look, jv before, const char *first, jv after,
                     const char *second, const char *name, cal_buf *html)
{
    bool pair[] = {jv_get_kind(before) == JV_KIND_OBJECT, jv_get_kind(after) == JV_KIND_OBJECT};
    char caption[2 * CAL_REPORT_TEXT];
    if (!pair[0] && !pair[1])
        return;
    cal_buf_add(html, "<div class=\"pair two\">\n");
    for (int i = 0; i < 2; i++) {
        snprintf(caption, sizeof caption, "%s%s%s", name ? name : "", name ? ", " : "",
                 i ? second : first);
        if (pair[i])
            cal_report_figure(look, i ? after : before, caption, html);
    }
    cal_buf_add(html, "</div>\n");
}

static void add_first_and_last(const cal_report_look *look, jv target, jv numbers, int fid,
                               const char *name, cal_buf *html)
{
    const char *which;
    jv begin = cal_json_at(numbers, "initial"),
       initial = cal_report_initial_step(target, begin, &which),
       final = cal_report_step(target, "final"),
       before = cal_report_sub_picture(initial, which, fid),
       after = cal_report_sub_picture(final, "post", fid);
    add_pair(look, before, strcmp(which, "prior") ? "initial" : "before", after, "final", name,
             html);
    jv_free(begin);
    jv_free(before);
    jv_free(after);
    jv_free(initial);
    jv_free(final);
}

/* ---- the numbers of a mosaic ---- */

static void add_row(jv pointing, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    jv side[] = {cal_json_at(pointing, "initial"), cal_json_at(pointing, "final")};
    cal_buf_add(html, "<tr><th scope=\"row\">");
    cal_html_text(html, cal_report_pointing_number(pointing, text));
    cal_buf_add(html, cal_json_bool_at(pointing, "best", false) ? " \u2605</th>" : "</th>");
    for (int i = 0; i < 2; i++)
        cal_html_number(html, cal_report_snr(cal_report_number(side[i], "snr"), text));
    for (int i = 0; i < 2; i++)
        cal_html_number(html, cal_report_flux(cal_report_number(side[i], "rms_jy"), text));
    for (int i = 0; i < 2; i++)
        cal_html_number(html, cal_report_flux(cal_report_number(side[i], "flux_jy"), text));
    cal_buf_add(html, "</tr>\n");
    jv_free(side[0]);
    jv_free(side[1]);
}

static void add_numbers(jv pointings, cal_buf *html)
{
    static const char *const columns[] = {"Pointing", "#S/N",  "#after", "#Noise",
                                          "#after",   "#Flux", "#after", NULL};
    cal_html_table(html, NULL, columns);
    jv_array_foreach(pointings, i, pointing)
    {
        add_row(pointing, html);
        jv_free(pointing);
    }
    cal_html_table_end(html);
}

typedef struct heading {
    char text[CAL_REPORT_TEXT];
} heading;

/* The intervals that were imaged, as headings: those that were not taken are marked. */
static void name_intervals(jv ladder, int count, heading *name, const char **column)
{
    for (int i = 0; i < count; i++) {
        char text[CAL_REPORT_TEXT];
        jv rung = jv_array_get(jv_copy(ladder), i);
        snprintf(name[i].text, sizeof name[i].text, "#%.50s%s", cal_report_interval(rung, text),
                 cal_report_is_taken(rung) ? "" : " \u2717");
        column[i] = name[i].text;
        jv_free(rung);
    }
}

static void add_ladder_row(jv pointing, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    jv ladder = cal_json_list_at(pointing, "ladder");
    cal_buf_add(html, "<tr><th scope=\"row\">");
    cal_html_text(html, cal_report_pointing_number(pointing, text));
    cal_buf_add(html, "</th>");
    jv_array_foreach(ladder, i, rung)
    {
        cal_html_number(html, cal_report_snr(cal_report_number(rung, "snr_post"), text));
        jv_free(rung);
    }
    cal_buf_add(html, "</tr>\n");
    jv_free(ladder);
}

static void add_ladder(jv pointings, cal_buf *html)
{
    jv first = jv_array_get(jv_copy(pointings), 0), ladder = cal_json_list_at(first, "ladder");
    int count = jv_array_length(jv_copy(ladder));
    heading *name = CAL_NEW_ARRAY(heading, count + 1);
    const char **column = CAL_NEW_ARRAY(const char *, count + 2);
    column[0] = "Pointing";
    name_intervals(ladder, count, name, column + 1);
    if (count) {
        cal_html_table(html, "S/N after each interval; \u2717: not accepted", column);
        jv_array_foreach(pointings, i, pointing)
        {
            add_ladder_row(pointing, html);
            jv_free(pointing);
        }
        cal_html_table_end(html);
    }
    free(column);
    free(name);
    jv_free(ladder);
    jv_free(first);
}

/* ---- the whole ---- */

void cal_report_before_and_after(const cal_report_look *look, jv target, jv numbers, cal_buf *html)
{
    char name[CAL_REPORT_TEXT];
    jv pointings = cal_json_list_at(numbers, "fields"),
       initial = cal_report_step(target, "initial");
    bool mosaic = cal_report_is_mosaic(numbers);
    cal_report_look small = *look;
    if (jv_array_length(jv_copy(pointings)) > MANY)
        small.size = CAL_REPORT_SMALL;
    if (cal_json_has(initial, "images")) {
        cal_buf_add(html, "<h3>Before and after</h3>\n");
        jv_array_foreach(pointings, i, pointing)
        {
            cal_report_pointing_name(pointing, name);
            add_first_and_last(&small, target, numbers, i, mosaic ? name : NULL, html);
            jv_free(pointing);
        }
        cal_report_colours(look, html);
    }
    if (mosaic) {
        cal_buf_add(
            html,
            "<h3>The pointings of the mosaic</h3>\n<p>Each pointing is imaged by itself. The one "
            "with the highest S/N, \u2605, speaks for the target; where fields are solved "
            "together, all count.</p>\n");
        add_numbers(pointings, html);
        add_ladder(pointings, html);
    }
    jv_free(initial);
    jv_free(pointings);
}

static void add_before_and_after(const cal_report_look *look, jv step, int fid, const char *name,
                                 cal_buf *html)
{
    jv prior = cal_report_sub_picture(step, "prior", fid),
       post = cal_report_sub_picture(step, "post", fid);
    add_pair(look, prior, "before", post, "after", name, html);
    jv_free(prior);
    jv_free(post);
}

/* The others are small, and out of the way until they are asked for. */
static void add_others(const cal_report_look *look, jv step, jv pointings, int best, cal_buf *html)
{
    char name[CAL_REPORT_TEXT];
    cal_report_look small = *look;
    small.size = CAL_REPORT_SMALL;
    cal_buf_add(html, "<details><summary>The other pointings</summary>\n");
    jv_array_foreach(pointings, i, pointing)
    {
        if (i != best)
            add_before_and_after(&small, step, i, cal_report_pointing_name(pointing, name), html);
        jv_free(pointing);
    }
    cal_buf_add(html, "</details>\n");
}

void cal_report_step_pictures(const cal_report_look *look, jv step, jv numbers, cal_buf *html)
{
    char name[CAL_REPORT_TEXT];
    jv pointings = cal_json_list_at(numbers, "fields");
    bool mosaic = cal_report_is_mosaic(numbers);
    int best = cal_report_best(step, "post");
    if (mosaic && best >= 0 && best < jv_array_length(jv_copy(pointings))) {
        jv pointing = jv_array_get(jv_copy(pointings), best);
        add_before_and_after(look, step, best, cal_report_pointing_name(pointing, name), html);
        jv_free(pointing);
    } else
        add_before_and_after(look, step, best, NULL, html);
    bool many = jv_array_length(jv_copy(pointings)) > MANY, imaged = cal_json_has(step, "images");
    if (mosaic && imaged && many)
        cal_buf_add(html, "<p class=\"small soft\">The numbers of the other pointings are in the "
                          "table above.</p>\n");
    else if (mosaic && imaged)
        add_others(look, step, pointings, best, html);
    jv_free(pointings);
}
