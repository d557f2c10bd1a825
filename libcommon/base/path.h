/* Paths for programs and libraries that read more into them than there is. */
#ifndef CAL_BASE_PATH_H
#define CAL_BASE_PATH_H

#ifdef __cplusplus
extern "C" {
#endif

/* The name under which casacore finds `path`: it drops the dot of names that begin with one, and takes ~ for a folder; others
 * take - for an option. The caller frees it. */
char *cal_plain_path(const char *path);

#ifdef __cplusplus
}
#endif

#endif
