/* Names of the files of self-calibration (selfcal 2.3): a point separates the parts, so each part has its own rules. */
#ifndef CAL_SELFCAL_NAMES_H
#define CAL_SELFCAL_NAMES_H

/* A field's name as a part of a file name: letters, digits and _ . - + stay, anything else becomes _. The caller frees it. */
char *cal_selfcal_token(const char *text);
/* "eb1.3C273.spw16_18.selfcal.ms": root is the input's name without ".ms", spws are ascending. The caller frees it. */
char *cal_selfcal_ms_name(const char *root, const char *field, const int *spw, int spws);
/* The name of an MS without its folder and ".ms"; the caller frees it. */
char *cal_selfcal_root(const char *path);

#endif
