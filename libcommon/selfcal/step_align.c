/* Execution blocks whose sky lies elsewhere than in the first one: a phase for each antenna moves it there, before anything else is done. */
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "selfcal/names.h"
#include "selfcal/picture_parts.h"
#include "selfcal/sky_offset.h"
#include "selfcal/sky_shift.h"
#include "selfcal/step_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double arcsec = CAL_PI / 180 / 3600;
static const double least_snr = 5; /* of both images */
static const double least_beams =
    0.3; /* less is taken out by the phases, and costs little where none are found */
static const double least_sigma = 5;
static const double least_likeness =
    0.5; /* below it what was found may be another source, or noise */

/* ---- where the sky is ---- */

static cal_status take_image(jv images, cal_image **image, cal_error *err)
{
    cal_status status = CAL_OK;
    jv_array_foreach(images, i, entry)
    {
        const char *path = cal_json_text_at(entry, "path", "");
        if (!strcmp(cal_json_text_at(entry, "kind", ""), "image") && !status)
            status = cal_image_read(path, 0, image, err);
        remove(path);
        jv_free(entry);
    }
    return status;
}

/* The dirty image; NULL for a block without data. */
static cal_status image_block(cal_work *work, int block, cal_image **image, cal_error *err)
{
    jv images;
    cal_error own = {0};
    char *base = cal_picture_base(work, NULL, 0, 0, -1);
    cal_status status = cal_picture_of_block(work, block, base, &images, &own);
    free(base);
    *image = NULL;
    if (status)
        return status == CAL_DATA ? CAL_OK : cal_fail(err, status, "%s", own.text);
    status = take_image(images, image, err);
    jv_free(images);
    return status;
}

static double length(const cal_sky_offset *offset)
{
    return hypot(offset->east, offset->north);
}

/* Settings.align_ebs: auto, on. */
static bool is_to_be_moved(const cal_work *work, const cal_sky_offset *offset)
{
    bool always = !strcmp(work->settings->align_ebs, "on");
    return offset->snr >= least_snr && offset->likeness >= least_likeness &&
           length(offset) >= least_sigma * offset->error &&
           (always || length(offset) >= least_beams * offset->beam);
}

/* ---- moving it ---- */

static char *table_path(const cal_work *work, const char *vis)
{
    const cal_selfcal_table table = {.ms = vis,
                                     .stage = work->settings->stage,
                                     .solint = "align",
                                     .caltype = "gpcal",
                                     .mode = "",
                                     .pass = 1};
    return cal_selfcal_table_name(&table);
}

/* The copy, made once more through the table, takes its own place. */
static cal_status copy_through(cal_work *work, const char *vis, const char *table, cal_error *err)
{
    char *moved = cal_format("%s.moved", vis);
    const char *const words[] = {"ms-split", "--force", "--datacolumn", "data",       "--gaintable",
                                 table,      "--calwt", "false",        "--pointing", "link",
                                 vis,        moved};
    cal_words argv = {0};
    for (size_t i = 0; i < CAL_COUNT(words); i++)
        cal_words_add(&argv, words[i]);
    cal_status status = cal_work_run(work, CAL_WORK_OTHER, &argv, NULL, err);
    if (!status)
        status = cal_remove_tree(vis, err);
    if (!status && rename(moved, vis))
        status = cal_fail_errno(err, CAL_OUTPUT, "%s", vis);
    cal_words_free(&argv);
    free(moved);
    return status;
}

static int first_field(jv block)
{
    jv fields = cal_json_at(block, "fields"), first = jv_array_get(fields, 0);
    int id = (int)cal_json_number_at(first, "id", 0);
    jv_free(first);
    return id;
}

static cal_status move(cal_work *work, jv block, const cal_sky_offset *offset, jv *found,
                       cal_error *err)
{
    const char *vis = cal_json_text_at(block, "vis", "");
    char *table = table_path(work, vis);
    cal_status status =
        cal_sky_shift_write(vis, first_field(block), offset->east, offset->north, table, err);
    if (!status)
        status = copy_through(work, vis, table, err);
    cal_json_set(found, "gaintable", jv_string(table));
    free(table);
    return status;
}

/* ---- one block against the first ---- */

static void tell(cal_buf *words, jv block, const cal_sky_offset *offset, bool moved)
{
    char *name = cal_selfcal_root(cal_json_text_at(block, "original", "?"));
    cal_buf_addf(words, "; %s lies %.3g arcsec (%.2g beams) beside the first%s", name,
                 length(offset) / arcsec, length(offset) / offset->beam,
                 moved ? " and was moved there" : "");
    free(name);
}

static cal_status align_block(cal_work *work, int index, const cal_image *first, cal_buf *words,
                              cal_error *err)
{
    cal_image *image;
    cal_sky_offset offset;
    cal_status status = image_block(work, index, &image, err);
    bool known = image && cal_sky_offset_find(first, image, &offset);
    cal_image_free(image);
    if (status || !known)
        return status;
    jv block = cal_work_block(work, index);
    jv found =
        JV_OBJECT(jv_string("east_arcsec"), cal_json_double(offset.east / arcsec),
                  jv_string("north_arcsec"), cal_json_double(offset.north / arcsec),
                  jv_string("error_arcsec"), cal_json_double(offset.error / arcsec),
                  jv_string("beams"), cal_json_double(length(&offset) / offset.beam),
                  jv_string("SNR"), cal_json_double(offset.snr), jv_string("gaintable"), jv_null());
    bool moved = is_to_be_moved(work, &offset);
    if (moved)
        status = move(work, block, &offset, &found, err);
    if (moved || length(&offset) > least_sigma * offset.error)
        tell(words, block, &offset, moved);
    cal_json_set(&block, "alignment", found);
    cal_work_put_block(work, index, block);
    return status;
}

static void forget(cal_work *work)
{
    for (int b = 0; b < cal_work_blocks(work); b++) {
        jv block = cal_work_block(work, b);
        if (cal_json_has(block, "alignment"))
            cal_work_put_block(work, b, jv_object_delete(block, jv_string("alignment")));
        else
            jv_free(block);
    }
}

cal_status cal_align_blocks(cal_work *work, cal_buf *words, cal_error *err)
{
    int blocks = cal_work_blocks(work);
    cal_image *first = NULL;
    forget(work);
    if (blocks < 2 || cal_work_fields(work) > 1 || *work->settings->imager_command ||
        !strcmp(work->settings->align_ebs, "off"))
        return CAL_OK;
    cal_status status = image_block(work, 0, &first, err);
    for (int b = 1; b < blocks && first && !status; b++)
        status = align_block(work, b, first, words, err);
    cal_image_free(first);
    return status;
}
