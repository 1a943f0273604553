"""umbrad on a real interface, in network namespaces that the test makes: replayed traffic, and a real client."""
import os
import shutil
import signal
import subprocess

import netns
import umbra

# Without contacts: whether a flow follows a lookup in its window depends on where windows begin.
TOTALS = """
    SELECT h.address, s.service, n.name, u.evidence, u.visibility, u.transport, u.dest_port, sum(u.flows),
           sum(u.bytes_out), sum(u.bytes_in)
      FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
           JOIN names n ON n.id = u.name_id
     WHERE u.usage <> 'contact' GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7"""


class Live(netns.Case):
    def received(self, process):
        """What umbrad says on SIGUSR1: packets received, dropped, dropped by the interface."""
        before = self.log.read_text().count("received ")
        process.send_signal(signal.SIGUSR1)
        umbra.wait_until(lambda: self.log.read_text().count("received ") > before, self.log.read_text)
        line = [line for line in self.log.read_text().splitlines() if "received " in line][-1]
        words = line.replace(",", "").split()
        return int(words[words.index("received") + 1]), int(words[words.index("dropped") + 1]), int(words[-1])

    def replay(self, capture):
        subprocess.run(["ip", "netns", "exec", "near", "tcpreplay", "--quiet", "--mbps", "150", "--intf1", "port",
                        str(capture)], check=True, capture_output=True)

    def test_replayed_traffic_gives_the_rows_of_the_file(self):
        capture, truth, _ = umbra.trafgen(self.folder, "--packets", 20000)
        packets = sum(int(t["packets"]) for t in truth)
        process = self.watch()
        self.replay(capture)
        umbra.wait_until(lambda: self.received(process)[0] >= packets, self.log.read_text)
        self.assertEqual(self.received(process), (packets, 0, 0))
        self.stop(process)
        from_file = self.folder / "file.db"
        umbra.umbrad("--read", capture, "--database", from_file)
        self.assertGreater(len(umbra.query(from_file, TOTALS)), 20)
        self.assertEqual(umbra.query(self.database, TOTALS), umbra.query(from_file, TOTALS))
        self.assertEqual(umbra.coverage(self.database)["packets"], packets)

    def test_several_workers_give_the_rows_of_the_file(self):
        capture, truth, _ = umbra.trafgen(self.folder, "--packets", 20000, "--hosts", 200)
        packets = sum(int(t["packets"]) for t in truth)
        from_file = self.folder / "file.db"
        umbra.umbrad("--read", capture, "--database", from_file)
        for workers in (2, 4):
            with self.subTest(workers=workers):
                self.database = self.folder / f"{workers}.db"
                process = self.watch("--workers", workers)
                self.replay(capture)
                umbra.wait_until(lambda process=process: self.received(process)[0] >= packets, self.log.read_text)
                self.assertEqual(self.received(process), (packets, 0, 0))
                self.stop(process)
                self.assertEqual(umbra.query(self.database, TOTALS), umbra.query(from_file, TOTALS))
                coverage = umbra.coverage(self.database)
                self.assertEqual((coverage["packets"], coverage["flows_started"]), (packets, len(truth)))

    def test_a_new_catalogue_is_loaded_without_a_packet_lost(self):
        capture, truth, _ = umbra.trafgen(self.folder, "--packets", 60000)
        packets = sum(int(t["packets"]) for t in truth)
        catalogue = self.folder / "catalogue"
        shutil.copytree(umbra.SOURCE / "signatures" / "catalogue", catalogue)
        process = self.watch("--catalogue", catalogue)
        replay = self.inside("near", "tcpreplay", "--quiet", "--mbps", "150", "--intf1", "port", capture,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        loads = 0
        while replay.poll() is None or loads < 3:
            loads += 1
            (catalogue / "openai.yaml").write_text((catalogue / "openai.yaml").read_text() + "# changed\n")
            process.send_signal(signal.SIGHUP)
            umbra.wait_until(lambda: self.log.read_text().count(" catalogue ") >= loads, self.log.read_text)
        self.assertEqual(replay.returncode, 0)
        umbra.wait_until(lambda: self.received(process)[0] >= packets, self.log.read_text)
        self.assertEqual(self.received(process), (packets, 0, 0))
        self.stop(process)
        from_file = self.folder / "file.db"
        umbra.umbrad("--read", capture, "--database", from_file)
        self.assertEqual(umbra.query(self.database, TOTALS), umbra.query(from_file, TOTALS))
        self.assertGreater(umbra.query(self.database, "SELECT count(DISTINCT catalogue_version) FROM usage")[0][0], 1)

    def test_a_real_client_uploads_to_a_real_server(self):
        certificate = self.serve()
        tcpdump, process = self.capture(), self.watch("--local-net", netns.CLIENT)
        upload = self.folder / "upload"
        upload.write_bytes(os.urandom(700000))
        client = self.inside("near", "curl", "--silent", "--show-error", "--cacert", certificate, "--http1.1",
                             "--resolve", f"chatgpt.com:443:{netns.FAR}", "--data-binary", f"@{upload}", "--output",
                             "/dev/null", "--write-out", "%{size_download}", "https://chatgpt.com/backend-api/files",
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = client.communicate(timeout=umbra.PATIENCE)
        self.assertEqual((output, errors), (b"100000", b""))
        self.stop_both(process, tcpdump)

        rows = umbra.query(self.database, TOTALS)
        self.assertEqual([row[:8] for row in rows],
                         [(netns.CLIENT, "openai.chatgpt", "chatgpt.com", "sni", "clear", "tcp", 443, 1)])
        self.assertGreater(rows[0][8], 700000)
        self.assertLess(rows[0][8], 740000)
        self.assertGreater(rows[0][9], 100000)
        from_file = self.folder / "file.db"
        umbra.umbrad("--read", self.beside, "--database", from_file, "--local-net", netns.CLIENT)
        self.assertEqual(umbra.query(from_file, TOTALS), rows)
        classes = umbra.query(self.database, "SELECT DISTINCT usage FROM usage")
        self.assertIn(("upload",), classes)


if __name__ == "__main__":
    netns.main()
