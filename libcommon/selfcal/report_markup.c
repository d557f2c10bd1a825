#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void cal_html_text(cal_buf *html, const char *text)
{
    for (size_t plain; *text; text += plain + (text[plain] != 0)) {
        plain = strcspn(text, "&<>\"'");
        cal_buf_add_bytes(html, text, plain);
        if (text[plain])
            cal_buf_addf(html, "&#%d;", text[plain]);
        else
            return;
    }
}

void cal_html_path(cal_buf *html, const char *path)
{
    char part[2] = "";
    for (; *path; path++) {
        *part = *path;
        cal_html_text(html, part);
        if (strchr("/.", *path))
            cal_buf_add(html, "<wbr>");
    }
}

void cal_html_textf(cal_buf *html, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *text = CAL_NEW_ARRAY(char, length + 1);
    va_start(list, format);
    vsnprintf(text, (size_t)length + 1, format, list);
    va_end(list);
    cal_html_text(html, text);
    free(text);
}

void cal_html_data(cal_buf *html, const char *type, const void *bytes, size_t count)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *byte = bytes;
    cal_buf_addf(html, "data:%s;base64,", type);
    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i;
        uint32_t three = (uint32_t)byte[i] << 16 | (left > 1 ? (uint32_t)byte[i + 1] << 8 : 0) |
                         (left > 2 ? byte[i + 2] : 0);
        char four[4] = {digit[three >> 18], digit[three >> 12 & 63],
                        left > 1 ? digit[three >> 6 & 63] : '=',
                        left > 2 ? digit[three & 63] : '='};
        cal_buf_add_bytes(html, four, 4);
    }
}

void cal_html_table(cal_buf *html, const char *caption, const char *const *columns)
{
    if (caption) { /* not as <caption>, which is as wide as the table */
        cal_buf_add(html, "<p class=\"small soft\">");
        cal_html_text(html, caption);
        cal_buf_add(html, "</p>\n");
    }
    cal_buf_add(html, "<div class=\"wide\"><table><thead><tr>");
    for (; *columns; columns++) {
        bool number = **columns == '#';
        cal_buf_add(html, number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        cal_html_text(html, *columns + number);
        cal_buf_add(html, "</th>");
    }
    cal_buf_add(html, "</tr></thead><tbody>\n");
}

void cal_html_table_end(cal_buf *html)
{
    cal_buf_add(html, "</tbody></table></div>\n");
}

void cal_html_number(cal_buf *html, const char *text)
{
    cal_buf_add(html, "<td class=\"n\">");
    cal_html_text(html, text);
    cal_buf_add(html, "</td>");
}

void cal_html_badge(cal_buf *html, const char *verdict)
{
    static const char *const look[][2] = {
        {"accepted", "good"}, {"refused", "bad"}, {"not_tried", "soft"}};
    const char *colour = "mid";
    for (size_t i = 0; i < CAL_COUNT(look); i++)
        if (!strcmp(verdict, look[i][0]))
            colour = look[i][1];
    cal_buf_addf(html, "<span class=\"badge %s\">", colour);
    cal_html_text(html, strcmp(verdict, "not_tried") ? verdict : "not tried");
    cal_buf_add(html, "</span>");
}
