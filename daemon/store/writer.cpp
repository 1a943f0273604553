#include "daemon/store/writer.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "daemon/store/candidates.hpp"
#include "daemon/support/failure.hpp"

namespace umbra::store {
namespace {

void bind_optional(SQLite::Statement& statement, int place,
                   const std::optional<std::string>& text) {
    if (text) {
        statement.bind(place, *text);
    } else {
        statement.bind(place);
    }
}

void set_meta(SQLite::Database& database, const std::string& key, const std::string& value) {
    SQLite::Statement statement(database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    statement.bind(1, key);
    statement.bind(2, value);
    statement.exec();
}

}  // namespace

Writer::Writer(const std::string& path, const std::string& sensor, const Catalogue& catalogue)
    : path_(path),
      database_(open_for_writing(path)),
      add_host_(database_,
                "INSERT INTO hosts (key, address, name, department, site) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET address = excluded.address, name = excluded.name, "
                "department = excluded.department, site = excluded.site RETURNING id"),
      add_name_(database_, "INSERT OR IGNORE INTO names (name) VALUES (?)"),
      find_name_(database_, "SELECT id FROM names WHERE name = ?"),
      add_usage_(
          database_,
          "INSERT INTO usage (window_start, window_end, host_id, service_id, name_id, dest_ip, "
          "dest_port, transport, evidence, visibility, shared, usage, flows, bytes_out, bytes_in, "
          "src_ip, department, site, policy, policy_rule, region) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_coverage_(
          database_,
          "INSERT INTO coverage (window_start, window_end, metric, value) VALUES (?, ?, ?, ?)") {
    set_meta(database_, "sensor", sensor);
    ids_of(catalogue);
}

const std::vector<std::int64_t>& Writer::ids_of(const Catalogue& catalogue) {
    const auto known = service_ids_.find(catalogue.version);
    if (known != service_ids_.end()) return known->second;
    return service_ids_[catalogue.version] = note(catalogue);
}

std::vector<std::int64_t> Writer::note(const Catalogue& catalogue) {
    SQLite::Statement add(
        database_,
        "INSERT OR IGNORE INTO services (catalogue_version, service, name, category, "
        "vendor, vendor_name, headquarters, sovereignty) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    SQLite::Statement find(database_,
                           "SELECT id FROM services WHERE catalogue_version = ? AND service = ?");
    std::vector<std::int64_t> ids;
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const Service& service : catalogue.services) {
        const Vendor& vendor = catalogue.vendor_of(service);
        add.reset();
        add.bind(1, catalogue.version);
        add.bind(2, service.id);
        add.bind(3, service.name);
        add.bind(4, service.category);
        add.bind(5, vendor.id);
        add.bind(6, vendor.name);
        bind_optional(add, 7, vendor.headquarters);
        bind_optional(add, 8, vendor.sovereignty);
        add.exec();
        find.reset();
        find.bind(1, catalogue.version);
        find.bind(2, service.id);
        find.executeStep();
        ids.push_back(find.getColumn(0).getInt64());
    }
    transaction.commit();
    return ids;
}

std::int64_t Writer::id_of(SQLite::Statement& insert, SQLite::Statement& select,
                           const std::string& text) {
    select.reset();
    select.bind(1, text);
    if (select.executeStep()) return select.getColumn(0).getInt64();
    insert.reset();
    insert.bind(1, text);
    insert.exec();
    return database_.getLastInsertRowid();
}

std::int64_t Writer::id_of(const HostIdentity& host) {
    add_host_.reset();
    add_host_.bind(1, host.key);
    add_host_.bind(2, host.address);
    bind_optional(add_host_, 3, host.name);
    bind_optional(add_host_, 4, host.department);
    bind_optional(add_host_, 5, host.site);
    add_host_.executeStep();
    const std::int64_t id = add_host_.getColumn(0).getInt64();
    add_host_.reset();
    return id;
}

void Writer::write(const ClosedWindow& window) {
    const std::int64_t begin = window.begin / second, end = window.end / second;
    try {
        // One version is in use, and those that long flows still hold.
        constexpr std::size_t most_versions = 8;
        if (service_ids_.size() > most_versions) service_ids_.clear();
        // Before the window: what it rests on stays noted where the window itself cannot be
        // written.
        for (const Usage& usage : window.usage)
            ids_of(*usage.catalogue);
        SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
        for (const Usage& usage : window.usage) {
            const std::int64_t host = id_of(usage.identity);
            const std::int64_t name = id_of(add_name_, find_name_, usage.host_name);
            SQLite::Statement& row = add_usage_;
            row.reset();
            row.bind(1, begin);
            row.bind(2, end);
            row.bind(3, host);
            row.bind(4, ids_of(*usage.catalogue)[usage.service]);
            row.bind(5, name);
            row.bind(6, usage.dest_ip);
            row.bind(7, int{usage.server_port});
            row.bind(8, std::string(to_string(usage.transport)));
            row.bind(9, std::string(to_string(usage.evidence)));
            row.bind(10, std::string(to_string(visibility_of(usage.evidence, usage.ech))));
            row.bind(11, usage.shared ? 1 : 0);
            row.bind(12, std::string(to_string(usage.usage_class)));
            row.bind(13, static_cast<std::int64_t>(usage.flows));
            row.bind(14, static_cast<std::int64_t>(usage.bytes_out));
            row.bind(15, static_cast<std::int64_t>(usage.bytes_in));
            row.bind(16, usage.identity.address);
            bind_optional(row, 17, usage.identity.department);
            bind_optional(row, 18, usage.identity.site);
            row.bind(19, usage.policy);
            bind_optional(row, 20, usage.policy_rule);
            row.bind(21, usage.region);
            row.exec();
        }
        for (const CoverageItem& item : window.coverage) {
            if (item.value == 0 && item.metric != "packets") continue;
            add_coverage_.reset();
            add_coverage_.bind(1, begin);
            add_coverage_.bind(2, end);
            add_coverage_.bind(3, std::string(item.metric));
            add_coverage_.bind(4, static_cast<std::int64_t>(item.value));
            add_coverage_.exec();
        }
        write_candidates(database_, window);
        transaction.commit();
    } catch (const SQLite::Exception& error) {
        throw environment_failure(fmt::format("{}: {}", path_, error.what()));
    }
}

std::optional<std::int64_t> Writer::last_window_end() {
    SQLite::Statement query(database_, "SELECT max(window_end) FROM coverage");
    if (!query.executeStep() || query.getColumn(0).isNull()) return std::nullopt;
    return query.getColumn(0).getInt64();
}

WriterThread::WriterThread(Writer& writer) : writer_(writer), thread_([this] { run(); }) {}

WriterThread::~WriterThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void WriterThread::hand_over(ClosedWindow window) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.size() < most_queued || failure_; });
    rethrow();
    queue_.push_back(std::move(window));
    changed_.notify_all();
}

void WriterThread::finish() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
    rethrow();
}

void WriterThread::rethrow() {
    if (failure_) std::rethrow_exception(failure_);
}

void WriterThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return !queue_.empty() || stopping_; });
        if (queue_.empty()) return;
        const ClosedWindow window = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        std::exception_ptr failure;
        try {
            writer_.write(window);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        if (failure) {
            failure_ = failure;
            queue_.clear();
            changed_.notify_all();
            return;
        }
        changed_.notify_all();
    }
}

}  // namespace umbra::store
