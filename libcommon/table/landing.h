/* casacore writes files in destructors; when the disk is full there, the exception cannot leave and the C++ runtime ends the process.
 * A Landing makes that end a return to where it was set up:
 *
 *     Landing landing;
 *     if (setjmp(landing.place))
 *         return ... landing.reason ...;
 *
 * What was being destroyed is leaked. Landings may be nested; each belongs to its thread.
 */
#ifndef CAL_TABLE_LANDING_H
#define CAL_TABLE_LANDING_H

#include <csetjmp>

namespace cal
{

class Landing
{
  public:
    Landing();
    ~Landing();
    Landing(const Landing &) = delete;
    Landing &operator=(const Landing &) = delete;

    std::jmp_buf place;
    char reason[512];

  private:
    Landing *outer;
};

} // namespace cal

#endif
