/* Names of images, and the imager's files under these names. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/names.h"
#include "selfcal/picture_parts.h"
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"image", "residual", "model", "psf", "dirty"};

/* ---- names ---- */

static int window_numbers(const cal_work *work, int only, int **number)
{
    jv spws = cal_json_at(work->target, "spws");
    int count = 0;
    *number = CAL_NEW_ARRAY(int, jv_array_length(jv_copy(spws)) + 1);
    jv_array_foreach(spws, i, spw)
    {
        int value = (int)cal_json_number_at(spw, "spw", -1);
        if (only < 0 || value == only)
            (*number)[count++] = value;
        jv_free(spw);
    }
    jv_free(spws);
    return count;
}

/* In a mosaic the sub-fields may all have one name. */
static char *field_part(const cal_work *work, int fid)
{
    jv field = cal_json_item_at(work->target, "sub-fields", fid);
    const char *name = cal_json_text_at(field, "name", "");
    char *part = cal_work_fields(work) > 1 ? cal_format("%s_f%d", name, fid) : cal_copy_text(name);
    jv_free(field);
    return part;
}

char *cal_picture_base(const cal_work *work, const char *step, int iter, int fid, int spw)
{
    jv block = cal_work_block(work, 0);
    char *root = cal_selfcal_root(cal_json_text_at(block, "original", "")),
         *field = field_part(work, fid);
    jv_free(block);
    cal_selfcal_image name = {.root = root,
                              .stage = work->settings->stage,
                              .field = field,
                              .step = step,
                              .stokes = "I",
                              .iter = iter};
    name.spws = window_numbers(work, spw, &name.spw);
    char *text = cal_selfcal_image_name(&name);
    bool here = !work->folder || !*work->folder || !strcmp(work->folder, ".");
    char *base = here ? cal_copy_text(text) : cal_format("%s/%s", work->folder, text);
    free(name.spw);
    free(root);
    free(field);
    free(text);
    return base;
}

/* ---- from NAME-image.fits to the grammar's names ---- */

void cal_picture_forget(const char *base)
{
    for (size_t k = 0; k < CAL_COUNT(kinds); k++)
        for (int term = 0; term < 2; term++) {
            char *path = cal_format("%s.%s%s.fits", base, kinds[k], term ? ".tt0" : "");
            remove(path);
            free(path);
        }
}

/* With several terms those over the whole band are kept. */
static cal_status take_file(const char *base, const char *kind, char **path, cal_error *err)
{
    char *plain = cal_format("%s-%s.fits", base, kind),
         *band = cal_format("%s-MFS-%s.fits", base, kind);
    bool terms = cal_path_exists(band);
    cal_status status = CAL_OK;
    free(*path);
    *path = NULL;
    if (terms || cal_path_exists(plain)) {
        *path = cal_format("%s.%s%s.fits", base, kind, terms ? ".tt0" : "");
        if (rename(terms ? band : plain, *path))
            status = cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be given its name", *path);
    }
    for (int channel = 0; terms; channel++) {
        char *part = cal_format("%s-%04d-%s.fits", base, channel, kind);
        bool more = !remove(part);
        free(part);
        if (!more)
            break;
    }
    free(plain);
    free(band);
    return status;
}

cal_status cal_picture_take(const char *base, cal_picture *p, cal_error *err)
{
    char **path[] = {&p->image, &p->residual, &p->model, &p->psf, &p->dirty};
    cal_status status = CAL_OK;
    for (size_t k = 0; k < CAL_COUNT(kinds) && !status; k++)
        status = take_file(base, kinds[k], path[k], err);
    return status;
}
