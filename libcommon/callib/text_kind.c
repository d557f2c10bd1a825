#include "callib/text_kind.h"
#include <string.h>

cal_text_form cal_text_kind(const char *text)
{
    static const char call[] = "applycal(";
    if (text[strspn(text, " \t\r\n")] == '{')
        return CAL_TEXT_JSON;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, call, strlen(call)))
            return CAL_TEXT_APPLYCAL;
    }
    return CAL_TEXT_CASA;
}
