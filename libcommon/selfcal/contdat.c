#include "selfcal/contdat.h"

#include "base/mem.h"
#include "base/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading {
    cal_contdat *file;
    const char *field; /* of the last Field: line */
    int line;
} reading;

/* The text behind "Key:", without blanks around; NULL for another key. */
static char *behind(char *text, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(text, key, length))
        return NULL;
    text += length;
    return text + strspn(text, " \t");
}

static cal_status fail(const reading *at, cal_error *err, const char *what)
{
    return cal_fail(err, CAL_INPUT, "%s: line %d: %s", at->file->path, at->line, what);
}

static cal_status add_window(reading *at, char *text, cal_error *err)
{
    char *end;
    long spw = strtol(text, &end, 10);
    if (!at->field)
        return fail(at, err, "a SpectralWindow without a Field before it");
    if (end == text || spw < 0 || spw > 1 << 20 || (*end && !isspace((unsigned char)*end)))
        return fail(at, err, "behind SpectralWindow: an id is wanted");
    end += strspn(end, " \t");
    cal_contdat *file = at->file;
    file->window = cal_grow(file->window, file->windows + 1, sizeof *file->window);
    file->window[file->windows++] = (cal_cont_window){.field = cal_copy_text(at->field),
                                                      .name = *end ? cal_copy_text(end) : NULL,
                                                      .spw = (int)spw,
                                                      .frame = "LSRK"};
    return CAL_OK;
}

static cal_status add_range(reading *at, const char *text, cal_error *err)
{
    char unit[8], frame[8];
    double low, high, scale = 1;
    if (!at->file->windows)
        return fail(at, err, "a range of frequencies without a SpectralWindow before it");
    if (sscanf(text, "%lf~%lf%7[A-Za-z] %7s", &low, &high, unit, frame) != 4)
        return fail(at, err, "a range as 230.03~230.06GHz LSRK is wanted");
    if (!strcmp(unit, "GHz"))
        scale = 1e9;
    else if (!strcmp(unit, "MHz"))
        scale = 1e6;
    else if (strcmp(unit, "Hz"))
        return fail(at, err, "frequencies are in GHz, MHz or Hz");
    if (!(low > 0 && high >= low))
        return fail(at, err, "the lower frequency comes first");
    cal_cont_window *window = &at->file->window[at->file->windows - 1];
    if (window->ranges && strcmp(window->frame, frame))
        return fail(at, err, "the ranges of a window are in one frame");
    snprintf(window->frame, sizeof window->frame, "%s", frame);
    window->range = cal_grow(window->range, window->ranges + 1, sizeof *window->range);
    window->range[window->ranges++] = (cal_continuum){low * scale, high * scale};
    return CAL_OK;
}

static cal_status take_line(reading *at, char *text, cal_error *err)
{
    char *value;
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n && isspace((unsigned char)text[n - 1]);)
        text[--n] = 0;
    cal_cont_window *last = at->file->windows ? &at->file->window[at->file->windows - 1] : NULL;
    if (!*text || *text == '#')
        return CAL_OK;
    if ((value = behind(text, "Field:"))) {
        at->field = value;
        return CAL_OK;
    }
    if ((value = behind(text, "SpectralWindow:")) || (value = behind(text, "SpectralWindow")))
        return add_window(at, value, err);
    if (behind(text, "Flags:"))
        return CAL_OK; /* the pipeline's remarks on how sure it is */
    if (last && !strncmp(text, "ALL", 3))
        last->all = true;
    else if (last && !strcmp(text, "NONE"))
        last->none = true;
    else
        return add_range(at, text, err);
    return CAL_OK;
}

cal_status cal_contdat_read(const char *path, cal_contdat *file, cal_error *err)
{
    char *text;
    size_t length;
    if (cal_text_read(path, &text, &length, err))
        return err->status;
    *file = (cal_contdat){.path = cal_copy_text(path)};
    reading at = {.file = file};
    cal_status status = CAL_OK;
    for (char *line = text; line && !status;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        at.line++;
        status = take_line(&at, line, err);
        line = next;
    }
    free(text);
    if (!status && !file->windows)
        status = cal_fail(err, CAL_INPUT, "%s: no SpectralWindow in it; is it a cont.dat?", path);
    if (status)
        cal_contdat_free(file);
    return status;
}

void cal_contdat_free(cal_contdat *file)
{
    for (int i = 0; i < file->windows; i++) {
        free(file->window[i].field);
        free(file->window[i].name);
        free(file->window[i].range);
    }
    free(file->window);
    free(file->path);
    *file = (cal_contdat){0};
}

/* Names with a blank may stand in quotes, as the pipeline hands them to CASA. */
static bool same_field(const char *written, const char *field)
{
    size_t length = strlen(written);
    if (length >= 2 && written[0] == '"' && written[length - 1] == '"')
        return strlen(field) == length - 2 && !strncmp(written + 1, field, length - 2);
    return !strcmp(written, field);
}

const cal_cont_window *cal_contdat_find(const cal_contdat *file, const char *field, int spw,
                                        const char *name)
{
    for (int i = 0; i < file->windows; i++) {
        const cal_cont_window *window = &file->window[i];
        if (same_field(window->field, field) &&
            (window->name ? !strcmp(window->name, name) : window->spw == spw))
            return window;
    }
    return NULL;
}

bool cal_contdat_has_field(const cal_contdat *file, const char *field)
{
    for (int i = 0; i < file->windows; i++)
        if (same_field(file->window[i].field, field))
            return true;
    return false;
}
