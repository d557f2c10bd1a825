/* The tables to apply, and the working copies that they were made of. */
#include "base/mem.h"
#include "base/text.h"
#include "selfcal/report_parts.h"
#include <string.h>

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
    cal_html_number(html,
                    cal_report_percent(cal_report_number(gains, "flagged_fraction"), false, text));
    add_cell(html, cal_json_at(table, "passed_through"));
    cal_buf_add(html, "</tr>\n");
    jv_free(gains);
}

void cal_report_tables(jv numbers, cal_buf *html)
{
    static const char *const columns[] = {"Table",     "Data",     "spwmap",         "interp",
                                          "applymode", "#Flagged", "Passed through", NULL};
    jv tables = cal_json_at(numbers, "tables");
    cal_buf_add(html, "<h3>Tables to apply</h3>\n");
    if (!jv_array_length(jv_copy(tables)))
        cal_buf_add(html, "<p>None: the data stay as they are.</p>\n");
    else {
        cal_html_table(html,
                       "In this order, to the original data; selfcal-apply does it. Weights are "
                       "not calibrated.",
                       columns);
        jv_array_foreach(tables, i, table)
        {
            add_table_row(table, html);
            jv_free(table);
        }
        cal_html_table_end(html);
    }
    jv_free(tables);
}

void cal_report_copies(jv target, cal_buf *html)
{
    static const char *const columns[] = {"Working copy", "Made from", "Reference antennas", NULL};
    jv blocks = cal_json_list_at(target, "vis");
    cal_buf_add(html, "<h3>Working copies</h3>\n");
    cal_html_table(html, NULL, columns);
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
    cal_html_table_end(html);
    jv_free(blocks);
}
