#include "daemon/reload.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

std::shared_ptr<const Policy> policy_of(const BasisFiles& files, const Signatures& signatures) {
    return std::make_shared<const Policy>(
        files.policy.empty() ? Policy() : load_policy(files.policy, signatures.catalogue));
}

std::shared_ptr<const HostsFile> hosts_of(const BasisFiles& files) {
    return std::make_shared<const HostsFile>(files.hosts.empty() ? HostsFile()
                                                                 : HostsFile::read(files.hosts));
}

std::shared_ptr<const CandidateRules> candidates_of(const BasisFiles& files) {
    return std::make_shared<const CandidateRules>(
        files.candidates ? CandidateRules::read(files.catalogue) : CandidateRules());
}

Basis load_anew(const BasisFiles& files, Basis basis) {
    try {
        basis.signatures = load_signatures(files.catalogue);
        const Catalogue& catalogue = basis.signatures->catalogue;
        spdlog::info("catalogue {}: {} services, {} names", catalogue.version,
                     catalogue.services.size(), catalogue.names.size());
    } catch (const Failure& failure) {
        spdlog::error("the catalogue stays as it was: {}", failure.what());
    }
    try {
        basis.policy = policy_of(files, *basis.signatures);
        if (!files.policy.empty())
            spdlog::info("policy {}: {} rules", files.policy, basis.policy->rules().size());
    } catch (const Failure& failure) {
        spdlog::error("the policy stays as it was: {}", failure.what());
    }
    try {
        basis.hosts = hosts_of(files);
        if (!files.hosts.empty()) spdlog::info("hosts {}: read anew", files.hosts);
    } catch (const Failure& failure) {
        spdlog::error("the hosts stay as they were: {}", failure.what());
    }
    try {
        basis.candidates = candidates_of(files);
        if (files.candidates) spdlog::info("rules for candidates: read anew");
    } catch (const Failure& failure) {
        spdlog::error("the rules for candidates stay as they were: {}", failure.what());
    }
    return basis;
}

}  // namespace

Reload::Reload(BasisFiles files) : files_(std::move(files)) {
    basis_.signatures = load_signatures(files_.catalogue);
    basis_.policy = policy_of(files_, *basis_.signatures);
    basis_.hosts = hosts_of(files_);
    basis_.candidates = candidates_of(files_);
}

void Reload::ask() {
    if (loading_.valid()) {
        asked_again_ = true;
        return;
    }
    loading_ =
        std::async(std::launch::async, [this, basis = basis_] { return load_anew(files_, basis); });
}

bool Reload::is_loaded() const {
    return loading_.valid() &&
           loading_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void Reload::take() {
    basis_ = loading_.get();
    if (std::exchange(asked_again_, false)) ask();
}

}  // namespace umbra
