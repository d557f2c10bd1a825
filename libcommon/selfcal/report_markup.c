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
