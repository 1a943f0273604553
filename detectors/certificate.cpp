#include "detectors/certificate.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>

namespace umbra {
namespace {

template <auto free>
struct Free {
    template <typename T>
    void operator()(T* object) const {
        free(object);
    }
};
void free_names(GENERAL_NAMES* names) {
    GENERAL_NAMES_free(names);
}

Bytes bytes_of(const ASN1_STRING* text) {
    return Bytes(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)));
}

Detection named(Bytes name, Protocol protocol) {
    if (name.size() > 2 && name[0] == '*' && name[1] == '.') name = name.subspan(2);
    return Detection::named(protocol, Evidence::certificate, name);
}

}  // namespace

Detection read_certificate(Bytes der, Protocol protocol) {
    Detection none = Detection::server_side(protocol);
    const unsigned char* at = der.data();
    const std::unique_ptr<X509, Free<X509_free>> certificate(
        d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate) {
        ERR_clear_error();
        return none;
    }
    const auto with_side = [](Detection detection) {
        detection.by_server = true;
        return detection;
    };
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    const int entry = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (entry >= 0) {
        const Bytes name = bytes_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, entry)));
        const Detection detection = named(name, protocol);
        const bool is_host = detection.name && !detection.name->is_address() &&
                             detection.name->view().find('.') != std::string_view::npos;
        if (is_host) return with_side(detection);
    }
    const std::unique_ptr<GENERAL_NAMES, Free<free_names>> alternatives(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type != GEN_DNS) continue;
        const Detection detection = named(bytes_of(name->d.dNSName), protocol);
        if (detection.name && !detection.name->is_address()) return with_side(detection);
    }
    ERR_clear_error();
    return none;
}

}  // namespace umbra
