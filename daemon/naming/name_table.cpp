#include "daemon/naming/name_table.hpp"

namespace umbra {

std::uint32_t NameTable::hold(std::string_view name) {
    if (const auto found = ids_.find(name); found != ids_.end()) {
        ++entries_[found->second].holders;
        return found->second;
    }
    if (ids_.size() >= most_names_) {
        ++refused_;
        return none;
    }
    std::uint32_t id = 0;
    if (free_.empty()) {
        id = static_cast<std::uint32_t>(entries_.size());
        entries_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
    }
    const auto [place, inserted] = ids_.emplace(name, id);
    entries_[id] = {&place->first, 1};
    return id;
}

void NameTable::release(std::uint32_t id) {
    if (id == none || --entries_[id].holders > 0) return;
    ids_.erase(ids_.find(*entries_[id].text));
    free_.push_back(id);
}

}  // namespace umbra
