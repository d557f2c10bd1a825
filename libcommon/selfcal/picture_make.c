/* Images made: which sets and fields go into each, under which names, with which options. */
#include "selfcal/picture.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/output.h"
#include "ms/data_column.h"
#include "selfcal/names.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FEW_ANTENNAS = 15 };
static const double least_mgain = 0.1;
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

/* ---- what goes in ---- */

/* The number that list[].key has where list[].by is `wanted`; -1 for none. */
static int look_up(jv owner, const char *list, const char *by, int wanted, const char *key)
{
    int found = -1;
    jv items = cal_json_at(owner, list);
    jv_array_foreach(items, i, item)
    {
        if ((int)cal_json_number_at(item, by, -1) == wanted)
            found = (int)cal_json_number_at(item, key, -1);
        jv_free(item);
    }
    jv_free(items);
    return found;
}

/* By frequency, which says the same in every set. */
static char *window_text(const cal_work *work, int number)
{
    char *text = NULL;
    jv spws = cal_json_at(work->target, "spws");
    jv_array_foreach(spws, i, spw)
    {
        double centre = cal_json_number_at(spw, "frequency_hz", NAN),
               half = cal_json_number_at(spw, "bandwidth_hz", NAN) / 2;
        if ((int)cal_json_number_at(spw, "spw", -1) == number)
            text = cal_format("%.9g~%.9gGHz", (centre - half) / 1e9, (centre + half) / 1e9);
        jv_free(spw);
    }
    jv_free(spws);
    return text;
}

/* Sets in which the field, or the window, was not observed are left out. A field's id is that in the first of them; image-make finds it
 * by its place in the others. */
static cal_status take_sets(const cal_work *work, cal_picture_order *order, cal_error *err)
{
    int spw = order->wish->spw;
    order->id = CAL_NEW_ARRAY(int, cal_work_blocks(work));
    for (int b = 0; b < cal_work_blocks(work); b++) {
        jv block = cal_work_block(work, b);
        int field = look_up(block, "fields", "fid", order->fid, "id");
        bool has_spw = spw < 0 || look_up(block, "spws", "spw", spw, "id") >= 0;
        if (field >= 0 && has_spw) {
            order->id[order->ms.count] = field;
            cal_words_add(&order->ms, cal_json_text_at(block, "vis", ""));
        }
        jv_free(block);
    }
    order->spw = spw < 0 ? NULL : window_text(work, spw);
    if (order->ms.count)
        return CAL_OK;
    return cal_fail(err, CAL_DATA, "%s: no execution block has sub-field %d with spw %d",
                    cal_json_text_at(work->target, "target", ""), order->fid, spw);
}

/* Part of the peak that a major iteration takes. Few antennas have high sidelobes, which a large part takes for sources. */
static double first_mgain(const cal_work *work)
{
    if (cal_json_number_at(work->target, "n_ants", 0) < FEW_ANTENNAS)
        return 0.4;
    return cal_json_number_at(work->target, "cyclefactor", 1) > 1 ? 0.6 : 0.8;
}

/* ---- image-make ---- */

static void add(cal_words *argv, const char *option, const char *value)
{
    cal_words_add(argv, option);
    cal_words_add(argv, value);
}

static void add_number(cal_words *argv, const char *option, double value, const char *unit)
{
    char text[64];
    snprintf(text, sizeof text, "%.10g%s", value, unit);
    add(argv, option, text);
}

static void add_data(const cal_work *work, const cal_picture_order *order, cal_words *argv)
{
    jv size = cal_json_at(work->target, "imsize");
    char pixels[40];
    snprintf(pixels, sizeof pixels, "%.0f,%.0f", jv_number_value(jv_array_get(jv_copy(size), 0)),
             jv_number_value(jv_array_get(jv_copy(size), 1)));
    jv_free(size);
    const char *uvrange = cal_json_text_at(work->target, "uvrange", "");
    add_number(argv, "--field", order->id[0], "");
    if (order->spw)
        add(argv, "--spw", order->spw);
    if (*uvrange)
        add(argv, "--uvrange", uvrange);
    add(argv, "--datacolumn", order->wish->datacolumn);
    add(argv, "--imsize", pixels);
    add_number(argv, "--cell", cal_json_number_at(work->target, "cell_arcsec", NAN), "arcsec");
    add_number(argv, "--robust", cal_json_number_at(work->target, "robust", 0.5), "");
}

static void add_cleaning(const cal_work *work, const cal_picture_order *order, cal_words *argv)
{
    const char *scales = work->settings->scales;
    add_number(argv, "--niter", order->cleaned ? CAL_PICTURE_NITER : 0, "");
    if (order->intervals > 1)
        add_number(argv, "--intervals", order->intervals, "");
    if (!order->cleaned)
        return;
    add_number(argv, "--mgain", order->mgain, "");
    if (isnan(order->wish->threshold))
        add(argv, "--nsigma", "4");
    else
        add_number(argv, "--threshold", order->wish->threshold, "Jy");
    if (order->mask)
        add(argv, "--mask", order->mask);
    else if (isnan(order->wish->threshold))
        add(argv, "--usemask", "auto");
    if (*scales)
        add(argv, "--deconvolver", "multiscale");
    if (*scales && strcmp(scales, "auto"))
        add(argv, "--scales", scales);
    if (order->wish->nterms > 1)
        add_number(argv, "--nterms", order->wish->nterms, "");
    if (order->wish->save_model)
        add(argv, "--savemodel", "modelcolumn");
}

static void add_running(const cal_work *work, const cal_picture_order *order, cal_words *argv)
{
    if (strcmp(work->settings->imager, "wsclean")) {
        char *task = cal_format("image=%s", work->settings->imager);
        add(argv, "--task", task);
        free(task);
    }
    if (work->jobs > 0)
        add_number(argv, "--jobs", work->jobs, "");
    cal_words_add(argv, "--force");
    cal_words_add(argv, "--no-history");
    for (int i = 0; i < order->ms.count; i++)
        cal_words_add(argv, order->ms.item[i]);
    cal_words_add(argv, order->base);
}

static cal_status run_image_make(cal_work *work, const cal_picture_order *order, jv *document,
                                 cal_error *err)
{
    cal_words argv = {0};
    cal_words_add(&argv, "image-make");
    add_data(work, order, &argv);
    add_cleaning(work, order, &argv);
    add_running(work, order, &argv);
    cal_status status = cal_work_run(work, CAL_WORK_IMAGER, &argv, document, err);
    cal_words_free(&argv);
    return status;
}

/* ---- the command of the settings ---- */

static cal_status check_left(const char *base, const char *kind, cal_error *err)
{
    char *path = cal_format("%s-%s.fits", base, kind);
    cal_status status = CAL_OK;
    if (!cal_path_exists(path))
        status = cal_fail(err, CAL_CHILD,
                          "imager_command left no %s; it is to leave NAME-image.fits, -psf.fits "
                          "and, when it cleans, -residual.fits and -model.fits",
                          path);
    free(path);
    return status;
}

static cal_status run_command(cal_work *work, const cal_picture_order *order, cal_error *err)
{
    static const struct {
        const char *kind;
        bool of_clean;
    } needed[] = {{"image", false}, {"psf", false}, {"residual", true}, {"model", true}};
    char *line = NULL;
    cal_status status = cal_imager_command(work, order, &line, err);
    for (int i = 0; !status && order->wish->save_model && i < order->ms.count; i++)
        status = cal_data_column_make(order->ms.item[i], "MODEL_DATA", err);
    if (!status)
        status = cal_work_shell(work, CAL_WORK_IMAGER, line, err);
    for (size_t k = 0; k < CAL_COUNT(needed) && !status; k++)
        if (order->cleaned || !needed[k].of_clean)
            status = check_left(order->base, needed[k].kind, err);
    free(line);
    return status;
}

static cal_status run_imager(cal_work *work, const cal_picture_order *order, bool *diverged,
                             cal_error *err)
{
    jv document;
    *diverged = false;
    if (*work->settings->imager_command)
        return run_command(work, order, err);
    cal_status status = run_image_make(work, order, &document, err);
    if (!status) {
        *diverged = cal_json_bool_at(document, "diverged", false);
        jv_free(document);
    }
    return status;
}

/* A clean that diverges, or is so bad that not a pixel is left, is made again in smaller steps. What is left after the smallest is taken as
 * it is: measured, it is no improvement. */
static cal_status run_until_sound(cal_work *work, cal_picture_order *order, cal_error *err)
{
    bool diverged = false;
    order->mgain = first_mgain(work);
    for (;;) {
        cal_status status = run_imager(work, order, &diverged, err);
        bool blank = status == CAL_DATA && strstr(err->text, "diverged");
        if ((!diverged && !blank) || order->mgain / 2 < least_mgain)
            return status;
        order->mgain /= 2;
    }
}

/* ---- from NAME-image.fits to the grammar's names ---- */

static void remove_old(const char *base)
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

static cal_status take_files(const char *base, cal_picture *p, cal_error *err)
{
    char **path[] = {&p->image, &p->residual, &p->model, &p->psf, &p->dirty};
    cal_status status = CAL_OK;
    for (size_t k = 0; k < CAL_COUNT(kinds) && !status; k++)
        status = take_file(base, kinds[k], path[k], err);
    return status;
}

/* A field without a mask beside others that have one holds no source: its model is nothing. */
static cal_status clear_model(const cal_picture_order *order, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < order->ms.count && !status; i++) {
        status = cal_data_column_make(order->ms.item[i], "MODEL_DATA", err);
        if (!status)
            status = cal_data_column_clear(order->ms.item[i], "MODEL_DATA", order->id[i], err);
    }
    return status;
}

static void free_order(cal_picture_order *order)
{
    cal_words_free(&order->ms);
    free(order->id);
    free(order->spw);
    free(order->base);
}

/* ---- the whole ---- */

cal_status cal_picture_pieces(cal_work *work, int fid, int pieces, const char *base, jv *images,
                              cal_error *err)
{
    const cal_picture_wish wish = {.datacolumn = "data", .dirty = true, .nterms = 1, .spw = -1};
    cal_picture_order order = {
        .wish = &wish, .fid = fid, .base = cal_format("%s.start", base), .intervals = pieces};
    jv document;
    cal_status status = take_sets(work, &order, err);
    if (!status)
        status = run_image_make(work, &order, &document, err);
    if (!status) {
        *images = cal_json_at(document, "images");
        jv_free(document);
    }
    free_order(&order);
    return status;
}

cal_status cal_picture_of_block(cal_work *work, int block, const char *base, jv *images,
                                cal_error *err)
{
    const cal_picture_wish wish = {.datacolumn = "data", .dirty = true, .nterms = 1, .spw = -1};
    cal_picture_order order = {
        .wish = &wish, .base = cal_format("%s.align", base), .id = CAL_NEW(int)};
    jv document, own = cal_work_block(work, block);
    order.id[0] = look_up(own, "fields", "fid", 0, "id");
    cal_words_add(&order.ms, cal_json_text_at(own, "vis", ""));
    cal_status status = run_image_make(work, &order, &document, err);
    if (!status) {
        *images = cal_json_at(document, "images");
        jv_free(document);
    }
    jv_free(own);
    free_order(&order);
    return status;
}

static cal_status make_field(cal_work *work, const cal_picture_wish *wish, int fid, cal_picture *p,
                             cal_error *err)
{
    cal_picture_order order = {.wish = wish,
                               .fid = fid,
                               .mask = wish->mask ? wish->mask[fid] : NULL,
                               .base =
                                   cal_picture_base(work, wish->step, wish->iter, fid, wish->spw)};
    order.cleaned = !wish->dirty && (!wish->mask || order.mask);
    cal_status status = take_sets(work, &order, err);
    if (!status) {
        remove_old(order.base);
        status = run_until_sound(work, &order, err);
    }
    if (!status)
        status = take_files(order.base, p, err);
    if (!status && wish->save_model && !order.cleaned)
        status = clear_model(&order, err);
    free_order(&order);
    return status;
}

cal_status cal_pictures_make(cal_work *work, const cal_picture_wish *wish, cal_pictures *pictures,
                             cal_error *err)
{
    *pictures = (cal_pictures){.fields = cal_work_fields(work)};
    pictures->field = CAL_NEW_ARRAY(cal_picture, pictures->fields);
    cal_status status = CAL_OK;
    for (int f = 0; f < pictures->fields && !status; f++)
        status = make_field(work, wish, f, &pictures->field[f], err);
    if (!status)
        status = cal_pictures_measure(work, pictures, wish->mask, err);
    if (status)
        cal_pictures_free(pictures);
    return status;
}
