#include "selfcal/settings.h"

#include "base/mem.h"
#include "base/text.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef enum kind { BOOL, NUMBER, TEXT } kind;

typedef struct setting {
    const char *key;
    kind kind;
    size_t offset;
    double start, low, high; /* of a number; a flag starts as `start` */
    const char *text;        /* a text's start */
    const char *choices;     /* words it may be, NULL: any text */
    const char *help;
} setting;

#define FLAG(key, start, help)                                                                     \
    {                                                                                              \
#key, BOOL, offsetof(cal_selfcal_settings, key), start, 0, 0, NULL, NULL, help             \
    }
#define VALUE(key, start, low, high, help)                                                         \
    {                                                                                              \
#key, NUMBER, offsetof(cal_selfcal_settings, key), start, low, high, NULL, NULL, help      \
    }
#define WORD(key, start, choices, help)                                                            \
    {                                                                                              \
#key, TEXT, offsetof(cal_selfcal_settings, key), 0, 0, 0, start, choices, help             \
    }

static const setting settings[] = {
    FLAG(do_amp_selfcal, true, "amplitude rounds after the phases"),
    FLAG(do_delay_cal, false, "solve for delays too"),
    FLAG(shorter_amp_solints, false, "amplitudes go down the ladder as the phases do"),
    FLAG(iscalibrator, false, "the target is a calibrator: no inf_EB"),
    FLAG(optimize_spw_combine, true, "try solutions per window and baseband beyond inf_EB"),
    FLAG(guess_scan_combine, false,
         "in a VLA mosaic without calibrator scans, guess which scans belong together"),
    FLAG(combine_fields, false,
         "one solution for all fields of a mosaic's scan, whatever the interval"),
    FLAG(corrdepflags, false,
         "use data of which only some correlations are flagged, as gaincal's corrdepflags"),
    FLAG(calwt, false, "calibrate the weights"),
    FLAG(rerank_refants, false, "rank the reference antennas anew after each table"),
    FLAG(per_spw_images, false, "images of each window by itself too, first and last"),
    FLAG(allow_cocal, false,
         "a target without success may borrow the solutions of another one of the same blocks"),
    VALUE(n_solints, 0, 0, 30, "rungs of the ladder; 0: 4, VLBA 6"),
    VALUE(max_solint, 4500, 1, 1e6, "seconds beyond which an execution block is divided"),
    VALUE(minsnr_to_proceed, 2.95, 0, 1e3, "expected S/N below which an interval is not tried"),
    VALUE(gaincal_minsnr, 2, 0, 1e3, "solutions of less S/N are flagged"),
    VALUE(minblperant, 4, 1, 100, "baselines an antenna needs for a solution"),
    VALUE(dividing_factor, 0, 0, 1e4,
          "S/N over this is the first depth of cleaning; 0: 40 below 8 GHz, else 15"),
    VALUE(spectral_solution_fraction, 0.2, 0, 1,
          "of the solutions that must differ between windows to be kept per window"),
    VALUE(delta_beam_thresh, 0.05, 0, 1, "growth of the beam's area that is too much"),
    VALUE(snr_tolerance, 0.02, 0, 1, "change of the S/N that counts as none"),
    VALUE(clean_depth, 1.5, 0, 100,
          "times the noise to which images of the loop are cleaned; 0: the plan's nsigma"),
    VALUE(clean_threshold, 0, 0, 1e6,
          "Jy to which the stage that asks for this cleans: depth of the first image, and at most "
          "of the last; 0: four times the noise"),
    VALUE(mask_nsigma, 5, 1, 1000, "times the noise of the residual above which pixels are source"),
    VALUE(amp_significance, 2, 0, 1000,
          "scatter of amplitudes over their noise that is wanted before they are taken"),
    VALUE(max_overfit, 0.025, 0, 1,
          "by how much the S/N may rise from noise alone that one table fits, as a part of it"),
    VALUE(max_passes, 6, 1, 100,
          "times at most that the phases are solved, again and again while that helps"),
    VALUE(scale_fov, 1, 0.01, 100, "times the usual field of view"),
    VALUE(overlap_tol, 1, 0, 10, "VLA: primary beams within which fields are one mosaic"),
    VALUE(robust, 0.5, -2, 2, "of the Briggs weighting; VLBA 2"),
    VALUE(max_imsize, 16384, 16, 1e6, "pixels along a side at most"),
    VALUE(max_flagged, 0.99, 0, 1,
          "an execution block with more of the target flagged is left out"),
    WORD(rel_thresh_scaling, "log10", "log10 linear", "how the depth goes from first to last"),
    WORD(refantmode, "flex", "flex strict", "gaincal's refantmode"),
    WORD(applymode, "calflag", "calflag calonly", "applycal's applymode"),
    WORD(spectral_modes, "auto", "auto combinespw per_spw",
         "which ways to combine windows are tried"),
    WORD(gaintype, "auto", "auto G T", "gaincal's; auto: G for inf_EB, else T"),
    WORD(applycal_interp, "", "linear linearPD nearest nearestPD",
         "applycal's interp; empty: linearPD above 12 GHz, else linear"),
    WORD(align_ebs, "auto", "auto on off",
         "move execution blocks whose sky lies beside that of the first; auto: by 0.3 beams or "
         "more"),
    WORD(start_model, "", NULL,
         "the model of the first interval in setjy's words, --fluxdensity 0.7 --disc 60uas; empty: "
         "from the first image"),
    WORD(mask, "", NULL,
         "where all images are cleaned and the source is, a FITS image or regions, "
         "circle[[04h28m42s,+18d01m42s],25arcsec]; empty: grows with the S/N"),
    WORD(verdict, "snr", "snr closure",
         "what tells whether an interval helped: the S/N of the images, or closure phases and "
         "amplitudes of the data against the model"),
    WORD(uvrange, "", NULL,
         "baselines to use, >100Mlambda; empty: all, on the VLA up to X band without the shortest"),
    WORD(solints, "", NULL,
         "the ladder itself, with commas: inf_EB,inf,30s,int,inf_ap; empty: from the data"),
    WORD(timebin, "0s", NULL, "average the working copies in time"),
    WORD(datacolumn, "auto", "auto data corrected", "of the input"),
    WORD(imager, "wsclean", NULL, "the plugin that does the task image"),
    WORD(imager_command, "", NULL, "a command line that makes the images instead; see RECIPES"),
    WORD(scales, "", NULL,
         "sizes in pixels that the clean takes sources apart into, 0,5,15, or auto; empty: points"),
    WORD(stage, "s1_1", NULL, "in names of tables and images"),
};

static void *target_of(cal_selfcal_settings *values, const setting *s)
{
    return (char *)values + s->offset;
}

void cal_settings_default(cal_selfcal_settings *values)
{
    for (size_t i = 0; i < CAL_COUNT(settings); i++) {
        void *target = target_of(values, &settings[i]);
        if (settings[i].kind == BOOL)
            *(bool *)target = settings[i].start != 0;
        else if (settings[i].kind == NUMBER)
            *(double *)target = settings[i].start;
        else
            snprintf(target, CAL_SETTING_TEXT, "%s", settings[i].text);
    }
}

static const setting *find(const char *key)
{
    for (size_t i = 0; i < CAL_COUNT(settings); i++)
        if (!strcmp(settings[i].key, key))
            return &settings[i];
    return NULL;
}

static const char *nearest_key(const char *key)
{
    const char *keys[CAL_COUNT(settings)];
    for (size_t i = 0; i < CAL_COUNT(settings); i++)
        keys[i] = settings[i].key;
    return cal_nearest(key, keys, (int)CAL_COUNT(settings));
}

static bool is_choice(const setting *s, const char *text)
{
    if (!s->choices || (!*text && !*s->text))
        return true;
    cal_words words = cal_words_split(s->choices, ' ');
    bool found = false;
    for (int i = 0; i < words.count; i++)
        found |= !strcmp(words.item[i], text);
    cal_words_free(&words);
    return found;
}

static cal_status take_number(void *target, const setting *s, double value, const cal_place *place,
                              cal_error *err)
{
    if (!(value >= s->low && value <= s->high))
        return cal_place_fail(place, err, "%g is not within %g to %g (%s)", value, s->low, s->high,
                              s->help);
    *(double *)target = value;
    return CAL_OK;
}

static cal_status take_word(void *target, const setting *s, const char *text,
                            const cal_place *place, cal_error *err)
{
    if (!is_choice(s, text))
        return cal_place_fail(place, err, "\"%s\" is none of: %s", text, s->choices);
    if (strlen(text) >= CAL_SETTING_TEXT)
        return cal_place_fail(place, err, "longer than %d characters", CAL_SETTING_TEXT - 1);
    strcpy(target, text);
    return CAL_OK;
}

static cal_status take_value(cal_selfcal_settings *values, const setting *s, jv value,
                             const cal_place *place, cal_error *err)
{
    void *target = target_of(values, s);
    jv_kind is = jv_get_kind(value);
    if (s->kind == BOOL && (is == JV_KIND_TRUE || is == JV_KIND_FALSE)) {
        *(bool *)target = is == JV_KIND_TRUE;
        return CAL_OK;
    }
    if (s->kind == NUMBER && is == JV_KIND_NUMBER)
        return take_number(target, s, jv_number_value(value), place, err);
    if (s->kind == TEXT && is == JV_KIND_STRING)
        return take_word(target, s, jv_string_value(value), place, err);
    return cal_place_fail(place, err, "%s is wanted: %s",
                          s->kind == BOOL     ? "true or false"
                          : s->kind == NUMBER ? "a number"
                                              : "a text",
                          s->help);
}

cal_status cal_settings_take(cal_selfcal_settings *values, jv object, const cal_place *place,
                             cal_error *err)
{
    cal_status status = cal_doc_object(object, place, err);
    if (status)
        return status;
    jv_object_foreach(object, key, value)
    {
        const char *name = jv_string_value(key);
        const cal_place at = {.up = place, .name = name};
        const setting *s = find(name);
        const char *like = s ? NULL : nearest_key(name);
        if (!status && !s)
            status = cal_place_fail(&at, err, "no such setting; %s%s",
                                    like ? "did you mean " : "man selfcal-plan lists them",
                                    like ? like : "");
        else if (!status)
            status = take_value(values, s, value, &at, err);
        jv_free(key);
        jv_free(value);
    }
    return status;
}

cal_status cal_settings_take_pair(cal_selfcal_settings *values, const char *key, const char *value,
                                  cal_error *err)
{
    const setting *s = find(key);
    double number;
    bool flag;
    jv typed = s && s->kind == NUMBER && cal_parse_number(value, &number) ? jv_number(number)
               : s && s->kind == BOOL && cal_parse_bool(value, &flag)     ? jv_bool(flag)
                                                                          : jv_string(value);
    jv object = jv_object_set(jv_object(), jv_string(key), typed);
    cal_status status = cal_settings_take(values, object, &(cal_place){.name = "settings"}, err);
    jv_free(object);
    return status;
}

cal_status cal_settings_take_text(cal_selfcal_settings *values, const char *text, cal_error *err)
{
    const char *equals = strchr(text, '=');
    if (!equals)
        return cal_fail(err, CAL_USAGE, "--set %s: KEY=VALUE is wanted", text);
    char *key = cal_format("%.*s", (int)(equals - text), text);
    cal_status status = cal_settings_take_pair(values, key, equals + 1, err);
    free(key);
    return status;
}

jv cal_settings_json(const cal_selfcal_settings *values)
{
    jv object = jv_object();
    for (size_t i = 0; i < CAL_COUNT(settings); i++) {
        const void *target = target_of((cal_selfcal_settings *)values, &settings[i]);
        cal_json_set(&object, settings[i].key,
                     settings[i].kind == BOOL     ? jv_bool(*(const bool *)target)
                     : settings[i].kind == NUMBER ? cal_json_double(*(const double *)target)
                                                  : jv_string(target));
    }
    return object;
}
