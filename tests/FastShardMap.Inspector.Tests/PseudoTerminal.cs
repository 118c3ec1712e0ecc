using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace FastShardMap.Inspector.Tests;

/// <summary>Runs a program in a terminal of a given width, as <c>script</c> does (Linux, pty(7)).</summary>
internal static partial class PseudoTerminal
{
    private const int ReadWrite = 2;
    private const int NotControlling = 0x100;
    private const nuint SetWindowSize = 0x5414;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>What the program has written, errors included, without the terminal's own sequences.</summary>
    public static string Run(int columns, IReadOnlyDictionary<string, string> environment, params string[] command) =>
        Type(columns, environment, [], command);

    /// <summary>The same of a program that reads what is typed: each text once the program has written what is to come
    /// before it.</summary>
    public static string Type(
        int columns,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<(string After, string Keys)> typed,
        params string[] command)
    {
        int master = posix_openpt(ReadWrite | NotControlling);
        byte[] name = new byte[256];
        WindowSize size = new() { Rows = 50, Columns = (ushort)columns };
        Check(
            master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0
                && ptsname_r(master, name, (nuint)name.Length) == 0
            && ioctl(master, SetWindowSize, ref size) == 0);
        string path = Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));

        // Held open until the program has ended: what it wrote is lost with the last one who has the terminal open.
        int kept = open(path, ReadWrite | NotControlling);
        Check(kept >= 0);
        Task<string> text = Task.Factory.StartNew(() => ReadAll(master, typed), TaskCreationOptions.LongRunning);
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" <\"$0\" >\"$0\" 2>&1", path, .. command])
        {
            UseShellExecute = false,
        };
        start.Environment["TERM"] = "xterm";
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        using (Process process = Process.Start(start)!)
        {
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                close(kept);
                Assert.Fail($"The program does not end. It has written: {text.GetAwaiter().GetResult()}");
            }
        }

        close(kept);
        string result = text.GetAwaiter().GetResult();
        close(master);
        return TerminalSequence().Replace(result, string.Empty).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static string ReadAll(int master, IReadOnlyList<(string After, string Keys)> typed)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[4096];
        int next = 0;
        int seen = 0;
        while (read(master, buffer, (nuint)buffer.Length) is > 0 and nint count)
        {
            all.Write(buffer, 0, (int)count);
            string text = Encoding.UTF8.GetString(all.ToArray());
            while (next < typed.Count
                && text.IndexOf(typed[next].After, seen, StringComparison.Ordinal) is >= 0 and int found)
            {
                seen = found + typed[next].After.Length;
                byte[] keys = Encoding.UTF8.GetBytes(typed[next++].Keys);
                Check(write(master, keys, (nuint)keys.Length) == keys.Length);
            }
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    private static void Check(bool succeeded)
    {
        if (!succeeded)
        {
            throw new Win32Exception();
        }
    }

    // Only what .NET itself sends to prepare a terminal: anything else the test shall see.
    [GeneratedRegex(@"\x1B\[\?1[hl]|\x1B[=>]")]
    private static partial Regex TerminalSequence();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int terminal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int terminal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int terminal, byte[] name, nuint bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int terminal, nuint request, ref WindowSize size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int file, byte[] buffer, nuint bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int file, byte[] buffer, nuint bytes);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthPixels;
        public ushort HeightPixels;
    }
}
