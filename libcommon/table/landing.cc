#include "table/landing.h"
#include <cstdio>
#include <cstdlib>
#include <exception>

static thread_local cal::Landing *innermost;

static const char *text_of_current_exception(char *text, size_t size)
{
    try {
        std::exception_ptr current = std::current_exception();
        if (current)
            std::rethrow_exception(current);
        snprintf(text, size, "ended without an exception");
    } catch (const std::exception &exception) {
        snprintf(text, size, "%s", exception.what());
    } catch (...) {
        snprintf(text, size, "unknown exception");
    }
    return text;
}

[[noreturn]] static void land()
{
    if (!innermost)
        std::abort();
    text_of_current_exception(innermost->reason, sizeof innermost->reason);
    std::longjmp(innermost->place, 1);
}

cal::Landing::Landing() : outer(innermost)
{
    static const std::terminate_handler before = std::set_terminate(land);
    (void)before;
    innermost = this;
}

/* Also after a jump, which has skipped the landings inside this one. */
cal::Landing::~Landing()
{
    innermost = outer;
}
