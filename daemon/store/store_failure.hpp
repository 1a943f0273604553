// Why the database could not be used: a sentence for the person, and a kind for the program.
#pragma once

#include <SQLiteCpp/Exception.h>

#include <cstdint>
#include <string>

#include "daemon/support/failure.hpp"

namespace umbra::store {

enum class Trouble : std::uint8_t {
    busy,     // another process holds the lock
    full,     // no room
    damaged,  // what is in the file is not what was written there, or the file is none of ours
    other,
};

class StoreFailure : public Failure {
  public:
    StoreFailure(ExitCode code, Trouble trouble, const std::string& sentence)
        : Failure(code, sentence), trouble_(trouble) {}
    Trouble trouble() const { return trouble_; }

  private:
    Trouble trouble_;
};

// What SQLite says of the file at `path`, as a sentence of ours.
StoreFailure explained(const std::string& path, const SQLite::Exception& error);

StoreFailure damaged(const std::string& path);

// Does `action`; what SQLite throws comes out as a StoreFailure.
template <typename Action>
auto explaining(const std::string& path, Action action) {
    try {
        return action();
    } catch (const SQLite::Exception& error) {
        throw explained(path, error);
    }
}

}  // namespace umbra::store
