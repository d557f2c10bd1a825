#include "base/path.h"

#include "base/mem.h"
#include <stdbool.h>
#include <string.h>

/* ".", "..", "./x" and "../x" are folders; all else that begins with a dot is hidden. */
static bool is_hidden(const char *path)
{
    const char *rest = path + strspn(path, ".");
    return *path == '.' && (rest - path > 2 || (*rest && *rest != '/'));
}

char *cal_plain_path(const char *path)
{
    bool odd = *path == '~' || *path == '-' || is_hidden(path);
    return cal_format("%s%s", odd ? "./" : "", path);
}
