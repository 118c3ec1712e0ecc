using System.ComponentModel;
using System.Globalization;

namespace FastShardMap.Inspector.Targets;

/// <summary>Whether processes and threads live, by what the system says of them.</summary>
internal static class ProcessState
{
    private const char Gone = '\0';
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(1);

    /// <summary>Whether a process is there and has not ended: one that nobody has collected yet has.</summary>
    public static bool IsAlive(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            return IsAlive($"/proc/{processId}/stat");
        }

        try
        {
            using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return exception is Win32Exception; // of another user
        }
    }

    /// <summary>Whether a process has ended or is about to: its connections close a moment before.</summary>
    public static bool IsEnding(int processId) => SpinWait.SpinUntil(() => !IsAlive(processId), s_longestEnd);

    /// <summary>Whether a thread of a process of Linux stands still for its tracer.</summary>
    public static bool Stands(int processId, int thread) => StateOf($"/proc/{processId}/task/{thread}/stat") == 't';

    /// <summary>Whether a thread of a process of Linux is there.</summary>
    public static bool IsAlive(int processId, int thread) => IsAlive($"/proc/{processId}/task/{thread}/stat");

    /// <summary>The threads of a process of Linux; none if it has ended.</summary>
    public static List<int> Threads(int processId)
    {
        List<int> threads = [];
        try
        {
            foreach (string folder in Directory.EnumerateDirectories($"/proc/{processId}/task"))
            {
                threads.Add(int.Parse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture));
            }
        }
        catch (IOException)
        {
            // It has ended; or while it was being asked.
        }

        return threads;
    }

    /// <summary>The process that traces another one of Linux; 0 if none does, or it cannot be told.</summary>
    public static int TracerOf(int processId)
    {
        const string Field = "TracerPid:";
        try
        {
            string? line = File.ReadLines($"/proc/{processId}/status")
                .FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            return line is null
                ? 0
                : int.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static bool IsAlive(string statFile) => StateOf(statFile) is not (Gone or 'Z' or 'X');

    // The state's letter: "id (name) state …"; the name may hold anything, parentheses too.
    private static char StateOf(string statFile)
    {
        try
        {
            string text = File.ReadAllText(statFile);
            int end = text.LastIndexOf(')');
            return end >= 0 && end + 2 < text.Length ? text[end + 2] : Gone;
        }
        catch (IOException)
        {
            return Gone;
        }
        catch (UnauthorizedAccessException)
        {
            return '?';
        }
    }
}
