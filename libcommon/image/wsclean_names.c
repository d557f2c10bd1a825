#include "image/wsclean_names.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "image/fits.h"
#include <glob.h>
#include <stdio.h>
#include <string.h>

/* "x-MFS-image.fits" is {"kind": "image", "path": ..., "channel": "MFS"}; the kinds are what selfcal 4.2 lists. A part of the time is called
 * t0003. */
static jv image_entry(const char *name, const char *path)
{
    const char *rest = path + strlen(name) + 1;
    char channel[8] = "", kind[32] = "";
    if (sscanf(rest, "%5[t0-9]-%31[^.]", channel, kind) != 2 &&
        sscanf(rest, "%4[0-9]-%31[^.]", channel, kind) != 2 &&
        sscanf(rest, "%3[MFS]-%31[^.]", channel, kind) != 2) {
        *channel = 0;
        snprintf(kind, sizeof kind, "%.*s", (int)strcspn(rest, "."), rest);
    }
    return JV_OBJECT(jv_string("kind"), jv_string(kind), jv_string("channel"),
                     *channel ? jv_string(channel) : jv_null(), jv_string("path"), jv_string(path));
}

/* The files NAME-REST, where REST is a pattern and NAME means itself; globfree() them. */
static glob_t find(const char *name, const char *rest)
{
    glob_t found = {0};
    cal_buf pattern = {0};
    for (const char *c = name; *c; c++)
        cal_buf_addf(&pattern, strchr("*?[\\", *c) ? "\\%c" : "%c", *c);
    cal_buf_addf(&pattern, "-%s.fits", rest);
    glob(pattern.data, 0, NULL, &found);
    cal_buf_free(&pattern);
    return found;
}

jv cal_wsclean_images(const char *name)
{
    static const char *const kinds[] = {"image", "residual", "model", "psf", "dirty"};
    jv images = jv_array();
    for (size_t k = 0; k < CAL_COUNT(kinds); k++) {
        char *rest = cal_format("*%s", kinds[k]);
        glob_t found = find(name, rest);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            jv entry = image_entry(name, found.gl_pathv[i]);
            if (!strcmp(cal_json_text_at(entry, "kind", ""), kinds[k]))
                cal_json_push(&images, entry);
            else
                jv_free(entry);
        }
        free(rest);
        globfree(&found);
    }
    return images;
}

/* Joined parts do not say of how many visibilities they are. */
bool cal_wsclean_has_data(const char *path)
{
    return cal_fits_number(path, "WSCENVIS", 1) > 0 && cal_fits_number(path, "BMAJ", 0) > 0;
}

char *cal_wsclean_main_image(const char *name, const char *kind)
{
    static const char *const parts[] = {"MFS", "t*"};
    char *path = NULL;
    for (size_t p = 0; p < CAL_COUNT(parts); p++) {
        char *rest = cal_format("%s-%s", parts[p], kind);
        glob_t found = find(name, rest);
        for (size_t i = 0; !path && i < found.gl_pathc; i++)
            path =
                cal_wsclean_has_data(found.gl_pathv[i]) ? cal_copy_text(found.gl_pathv[i]) : NULL;
        free(rest);
        globfree(&found);
    }
    return path ? path : cal_format("%s-%s.fits", name, kind);
}
