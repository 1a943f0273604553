#include "tools/umbra/key_option.hpp"

#include <fmt/format.h>

#include "daemon/store/privacy_note.hpp"
#include "daemon/support/failure.hpp"
#include "tools/umbra/language/language.hpp"

namespace umbra {

PseudonymKey key_of(const std::string& database, const std::string& key_file) {
    PseudonymKey key = PseudonymKey::read(key_file);
    const store::PrivacyNote note = store::read_privacy_note(database);
    if (note.key_id.empty()) {
        throw bad_input(_("{}: holds no pseudonyms (privacy {})", database, note.mode));
    }
    if (note.key_id != key.id()) {
        throw bad_input(
            _("{}: the wrong key ({}): the pseudonyms of {} were made with "
              "key {}",
              key_file, key.id(), database, note.key_id));
    }
    return key;
}

}  // namespace umbra
