/* One run of the imager: image-make, or the command of the settings. */
#include "base/mem.h"
#include "base/output.h"
#include "ms/data_column.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FEW_ANTENNAS = 15 };
static const double least_mgain = 0.1;

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

cal_status cal_imager_make(cal_work *work, const cal_picture_order *order, jv *document,
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
    cal_status status = cal_imager_make(work, order, &document, err);
    if (!status) {
        *diverged = cal_json_bool_at(document, "diverged", false);
        jv_free(document);
    }
    return status;
}

/* ---- the clean ---- */

/* Part of the peak that a major iteration takes. Few antennas have high sidelobes, which a large part takes for sources. */
static double first_mgain(const cal_work *work)
{
    if (cal_json_number_at(work->target, "n_ants", 0) < FEW_ANTENNAS)
        return 0.4;
    return cal_json_number_at(work->target, "cyclefactor", 1) > 1 ? 0.6 : 0.8;
}

/* A clean that diverges, or is so bad that not a pixel is left, is made again in smaller steps. What is left after the smallest is taken as
 * it is: measured, it is no improvement. */
cal_status cal_imager_clean(cal_work *work, cal_picture_order *order, cal_error *err)
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
