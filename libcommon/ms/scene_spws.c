/* Spectral windows of a scene and their correlations. */
#include "base/mem.h"
#include "base/text.h"
#include "ms/meta.h"
#include "ms/scene_parts.h"
#include <string.h>

static bool is_linear(int code)
{
    return code >= 9 && code <= 12;
}

static cal_status read_corrs(cal_scene_spw *spw, const char *text, int index, cal_error *err)
{
    cal_words words = cal_words_split(text, strchr(text, ',') ? ',' : ' ');
    bool good = words.count >= 1 && words.count <= 4;
    for (int i = 0; i < words.count && good; i++) {
        int code = cal_corr_code(words.item[i]);
        good = code >= 5 && code <= 12 && is_linear(code) == is_linear(i ? spw->corr[0] : code);
        for (int j = 0; j < i; j++)
            good = good && spw->corr[j] != code;
        spw->corr[spw->ncorr++] = code;
    }
    cal_words_free(&words);
    return good ? CAL_OK
                : cal_fail(err, CAL_USAGE,
                           "scene.spws[%d].corrs: \"%s\"; allowed are one to four of RR RL LR LL, "
                           "or of XX XY YX YY",
                           index, text);
}

/* The row of POLARIZATION: that of the first window with the same correlations. */
static void share_polarization(cal_scene *scene, int index)
{
    cal_scene_spw *spw = &scene->spw[index];
    spw->pol = scene->pols;
    for (int i = 0; i < index; i++)
        if (scene->spw[i].ncorr == spw->ncorr &&
            !memcmp(scene->spw[i].corr, spw->corr, sizeof spw->corr))
            spw->pol = scene->spw[i].pol;
    scene->pols += spw->pol == scene->pols;
}

/* Nobody observes below; who asks for it has forgotten the unit. */
static const double LOWEST_FREQ = 1e6;

static cal_status fill_spw(cal_scene *scene, int index, jv value, cal_error *err)
{
    cal_scene_spw *spw = &scene->spw[index];
    spw->name = cal_json_text_at(value, "name", "");
    spw->freq = cal_json_number_at(value, "freq_hz", 0);
    spw->width = cal_json_number_at(value, "width_hz", 0);
    spw->nchan = (int)cal_json_number_at(value, "nchan", 0);
    if (spw->freq < LOWEST_FREQ)
        return cal_fail(err, CAL_USAGE,
                        "scene.spws[%d].freq_hz: %g Hz is below 1 MHz; with a unit it would be "
                        "--freq %gMHz or %gGHz",
                        index, spw->freq, spw->freq, spw->freq);
    if (spw->width == 0)
        return cal_fail(err, CAL_USAGE,
                        "scene.spws[%d].width_hz: is 0; wanted the width of a channel", index);
    if (spw->freq + spw->width * spw->nchan <= 0)
        return cal_fail(err, CAL_USAGE, "scene.spws[%d]: its channels reach below 0 Hz", index);
    if (read_corrs(spw, cal_json_text_at(value, "corrs", ""), index, err))
        return err->status;
    if (is_linear(spw->corr[0]) != is_linear(scene->spw[0].corr[0]))
        return cal_fail(err, CAL_USAGE,
                        "scene.spws[%d].corrs: circular and linear feeds in one scene", index);
    share_polarization(scene, index);
    return CAL_OK;
}

cal_status cal_scene_fill_spws(cal_scene *scene, cal_error *err)
{
    scene->spws = cal_json_length_at(scene->document, "spws");
    scene->spw = CAL_NEW_ARRAY(cal_scene_spw, scene->spws);
    for (int i = 0; i < scene->spws; i++) {
        jv value = cal_json_item_at(scene->document, "spws", i);
        cal_status status = fill_spw(scene, i, value, err);
        jv_free(value);
        if (status)
            return status;
    }
    scene->linear = is_linear(scene->spw[0].corr[0]);
    const char *feed = cal_json_text_at(scene->document, "feed", NULL);
    if (feed && strcmp(feed, scene->linear ? "perfect X Y" : "perfect R L"))
        return cal_fail(err, CAL_USAGE,
                        "scene.feed: \"%s\" does not fit the correlations; theirs is \"%s\"", feed,
                        scene->linear ? "perfect X Y" : "perfect R L");
    return CAL_OK;
}
