#include "tools/umbra/actor.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <fstream>

namespace umbra {
namespace {

std::string name_of(uid_t user) {
    const passwd* entry = getpwuid(user);
    return fmt::format("{} ({})", entry ? entry->pw_name : "?", user);
}

}  // namespace

std::string actor() {
    const uid_t user = getuid();
    // The kernel keeps who logged in, whatever user the processes became since (see proc(5)); -1
    // where nobody did.
    uid_t login = static_cast<uid_t>(-1);
    std::ifstream("/proc/self/loginuid") >> login;
    if (login == static_cast<uid_t>(-1) || login == user) return name_of(user);
    return fmt::format("{}, logged in as {}", name_of(user), name_of(login));
}

}  // namespace umbra
