#include "selfcal/names.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include <ctype.h>
#include <string.h>

char *cal_selfcal_token(const char *text)
{
    char *token = cal_copy_text(text);
    for (char *at = token; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_.-+", *at))
            *at = '_';
    return token;
}

char *cal_selfcal_ms_name(const char *root, const char *field, const int *spw, int spws)
{
    char *token = cal_selfcal_token(field);
    cal_buf name = {0};
    cal_buf_addf(&name, "%s.%s.spw", root, token);
    for (int i = 0; i < spws; i++)
        cal_buf_addf(&name, "%s%d", i ? "_" : "", spw[i]);
    cal_buf_add(&name, ".selfcal.ms");
    free(token);
    return cal_buf_steal(&name);
}

char *cal_selfcal_root(const char *path)
{
    char *name = cal_basename(path);
    size_t length = strlen(name);
    if (length > 3 && !strcmp(name + length - 3, ".ms"))
        name[length - 3] = 0;
    return name;
}
