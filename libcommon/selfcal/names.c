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

/* "spw0_1_16" */
static void add_spws(cal_buf *name, const int *spw, int spws)
{
    for (int i = 0; i < spws; i++)
        cal_buf_addf(name, "%s%d", i ? "_" : "spw", spw[i]);
}

char *cal_selfcal_ms_name(const char *root, const char *field, const int *spw, int spws)
{
    char *token = cal_selfcal_token(field);
    cal_buf name = {0};
    cal_buf_addf(&name, "%s.%s.", root, token);
    add_spws(&name, spw, spws);
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

char *cal_selfcal_image_name(const cal_selfcal_image *image)
{
    char *field = cal_selfcal_token(image->field);
    cal_buf name = {0};
    cal_buf_addf(&name, "%s.%s.%s_sci.", image->root, image->stage, field);
    add_spws(&name, image->spw, image->spws);
    cal_buf_add(&name, ".cont");
    if (image->step)
        cal_buf_addf(&name, ".%s", image->step);
    cal_buf_addf(&name, ".%s.iter%d", image->stokes, image->iter);
    free(field);
    return cal_buf_steal(&name);
}
