/* What a user may set about self-calibration: one table of keys with kind, limits and meaning drives recipes, --set, the plan's
 * "settings" and their check. The names are those of auto_selfcal and CASA where these have one. */
#ifndef CAL_SELFCAL_SETTINGS_H
#define CAL_SELFCAL_SETTINGS_H

#include "base/document.h"

enum { CAL_SETTING_TEXT = 1024 };

typedef struct cal_selfcal_settings {
    bool do_amp_selfcal, do_delay_cal, shorter_amp_solints, iscalibrator, optimize_spw_combine;
    bool corrdepflags, calwt, rerank_refants, guess_scan_combine, combine_fields, per_spw_images;
    bool allow_cocal;
    double n_solints; /* 0: 4, VLBA 6 */
    double max_solint, minsnr_to_proceed, gaincal_minsnr, minblperant, dividing_factor;
    double spectral_solution_fraction, delta_beam_thresh, snr_tolerance, scale_fov, overlap_tol;
    double robust, max_imsize, max_flagged, max_overfit;
    double clean_threshold; /* Jy, 0: of our own */
    double clean_depth, mask_nsigma, amp_significance, max_passes;
    char rel_thresh_scaling[CAL_SETTING_TEXT], refantmode[CAL_SETTING_TEXT];
    char applymode[CAL_SETTING_TEXT], spectral_modes[CAL_SETTING_TEXT];
    char applycal_interp[CAL_SETTING_TEXT], solints[CAL_SETTING_TEXT], timebin[CAL_SETTING_TEXT];
    char gaintype[CAL_SETTING_TEXT], start_model[CAL_SETTING_TEXT], mask[CAL_SETTING_TEXT];
    char verdict[CAL_SETTING_TEXT], uvrange[CAL_SETTING_TEXT];
    char align_ebs[CAL_SETTING_TEXT];
    char datacolumn[CAL_SETTING_TEXT], imager[CAL_SETTING_TEXT], stage[CAL_SETTING_TEXT];
    char scales[CAL_SETTING_TEXT], imager_command[CAL_SETTING_TEXT];
} cal_selfcal_settings;

void cal_settings_default(cal_selfcal_settings *settings);
/* Each key of the object; CAL_USAGE with the place for a key or a value that is none. */
cal_status cal_settings_take(cal_selfcal_settings *settings, jv object, const cal_place *place,
                             cal_error *err);
/* "key=value". */
cal_status cal_settings_take_text(cal_selfcal_settings *settings, const char *text, cal_error *err);
cal_status cal_settings_take_pair(cal_selfcal_settings *settings, const char *key,
                                  const char *value, cal_error *err);
jv cal_settings_json(const cal_selfcal_settings *settings);
#endif
