/* Names of images: a grammar that is read from both ends (selfcal 2.3). */
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "selfcal/names.h"
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void add_spws(cal_buf *name, const int *spw, int spws)
{
    for (int i = 0; i < spws; i++)
        cal_buf_addf(name, "%s%d", i ? "_" : "spw", spw[i]);
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
    if (image->suffix)
        cal_buf_addf(&name, ".%s.fits", image->suffix);
    free(field);
    return cal_buf_steal(&name);
}

/* ---- reading ---- */

/* Take the last part, what is behind the last point, off the text; NULL when there is no point left. */
static char *take_last(char *text)
{
    char *point = strrchr(text, '.');
    if (!point || point == text)
        return NULL;
    *point = 0;
    return point + 1;
}

/* Digits up to `end` (0: the end of the text), without leading zeros. */
static const char *read_number(const char *text, int *value)
{
    long long number = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at) && number <= INT_MAX; at++)
        number = 10 * number + (*at - '0');
    *value = (int)number;
    return at == text || number > INT_MAX || (*text == '0' && at > text + 1) ? NULL : at;
}

static bool read_spws(const char *text, cal_selfcal_image *image)
{
    if (!text || strncmp(text, "spw", 3))
        return false;
    image->spw = CAL_NEW_ARRAY(int, strlen(text));
    for (const char *at = text + 3; at;) {
        at = read_number(at, &image->spw[image->spws]);
        int count = image->spws++;
        if (at && count && image->spw[count] <= image->spw[count - 1])
            return false;
        if (at && !*at)
            return true;
        at = at && *at == '_' ? at + 1 : NULL;
    }
    return false;
}

static bool is_step(const char *text)
{
    int number;
    const char *rest = text && !strncmp(text, "solint", 6) ? read_number(text + 6, &number) : NULL;
    return rest && (!strcmp(rest, "_prior") || !strcmp(rest, "_post"));
}

static bool is_stage(const char *text, size_t length)
{
    int number;
    char part[32];
    if (length >= sizeof part || *text != 's')
        return false;
    snprintf(part, sizeof part, "%.*s", (int)length, text);
    const char *at = read_number(part + 1, &number);
    at = at && *at == '_' ? read_number(at + 1, &number) : NULL;
    return at && !*at;
}

static bool is_type(const char *text)
{
    static const char *const types[] = {"image", "mask", "model", "residual",
                                        "psf",   "pb",   "sumwt", "dirty"};
    for (size_t i = 0; text && i < CAL_COUNT(types); i++)
        if (!strcmp(text, types[i]))
            return true;
    return false;
}

static bool read_iter(const char *text, int *iter)
{
    if (!text || strncmp(text, "iter", 4) || !strchr("0123", text[4]) || !text[4] || text[5])
        return false;
    *iter = text[4] - '0';
    return true;
}

/* The suffix, if there is one, and the iteration before it. */
static bool read_end(char *text, cal_selfcal_image *image)
{
    char *part = take_last(text), *term = NULL;
    if (part && !strcmp(part, "fits"))
        part = take_last(text);
    if (read_iter(part, &image->iter))
        return true;
    if (part && !strncmp(part, "tt", 2) && isdigit((unsigned char)part[2]) && !part[3]) {
        term = part;
        part = take_last(text);
    }
    if (!is_type(part))
        return false;
    const char *type = part;
    part = take_last(text);
    bool near = part && !strcmp(part, "nearfield") && !strcmp(type, "mask");
    if (near)
        part = take_last(text);
    image->suffix =
        cal_format("%s%s%s%s", near ? "nearfield." : "", type, term ? "." : "", term ? term : "");
    return read_iter(part, &image->iter);
}

/* "eb1.s1_1.3C273_sci": the stage is the first part that looks like one. */
static bool read_begin(const char *text, cal_selfcal_image *image)
{
    size_t length = strlen(text);
    if (length < 5 || strcmp(text + length - 4, "_sci"))
        return false;
    for (const char *point = strchr(text, '.'); point; point = strchr(point + 1, '.')) {
        const char *stage = point + 1, *end = strchr(stage, '.');
        if (!end || point == text || !is_stage(stage, (size_t)(end - stage)))
            continue;
        image->root = cal_format("%.*s", (int)(point - text), text);
        image->stage = cal_format("%.*s", (int)(end - stage), stage);
        image->field = cal_format("%.*s", (int)(text + length - 4 - end - 1), end + 1);
        return *image->field != 0;
    }
    return false;
}

bool cal_selfcal_image_parse(const char *name, cal_selfcal_image *image)
{
    char *text = cal_basename(name), *part;
    *image = (cal_selfcal_image){0};
    bool right = read_end(text, image) && (part = take_last(text)) && *part &&
                 strspn(part, "IQUV") == strlen(part);
    if (right) {
        image->stokes = cal_copy_text(part);
        part = take_last(text);
        if (is_step(part)) {
            image->step = cal_copy_text(part);
            part = take_last(text);
        }
        right = part && !strcmp(part, "cont") && read_spws(take_last(text), image) &&
                read_begin(text, image);
    }
    free(text);
    if (!right)
        cal_selfcal_image_free(image);
    return right;
}

void cal_selfcal_image_free(cal_selfcal_image *image)
{
    const char *text[] = {image->root, image->stage,  image->field,
                          image->step, image->stokes, image->suffix};
    for (size_t i = 0; i < CAL_COUNT(text); i++)
        free((char *)text[i]);
    free(image->spw);
    *image = (cal_selfcal_image){0};
}
