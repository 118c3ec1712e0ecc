namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Pauses the tool at one step of its work, so that tests can interrupt it there. It does nothing unless the
/// environment variable names a step and a file. It then creates the file at that step, and waits for ten minutes.
/// </summary>
internal static class TestPause
{
    /// <summary><c>step=file</c>, or <c>step=crash</c>.</summary>
    public const string Variable = "FSMAP_TEST_PAUSE";

    /// <summary>Used instead of a file: throws an exception that no code catches.</summary>
    public const string Crash = "crash";

    /// <summary>Before and after the reading process is started.</summary>
    public const string Starting = "starting";
    public const string Started = "started";

    /// <summary>In the reading process, before it opens its target.</summary>
    public const string Opening = "opening";

    /// <summary>One thread is seized and still runs; it has been told to stop; it is stopped.</summary>
    public const string Seized = "seized";
    public const string Told = "told";
    public const string Standing = "standing";

    /// <summary>All threads are stopped; the runtime's data is open; the search for maps begins.</summary>
    public const string Stopped = "stopped";
    public const string Opened = "opened";
    public const string Searching = "searching";

    /// <summary>Before the process resumes, when one of its threads runs again, and after.</summary>
    public const string Releasing = "releasing";
    public const string Halfway = "halfway";
    public const string Released = "released";

    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(10);
    private static readonly string[]? s_wanted = Environment.GetEnvironmentVariable(Variable)?.Split('=', 2);

    /// <summary>All steps, in order.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        Starting, Started, Opening, Seized, Told, Standing, Stopped, Opened, Searching, Releasing, Halfway, Released,
    ];

    public static void At(string step)
    {
        if (s_wanted is [string wanted, string file] && wanted == step)
        {
            if (file == Crash)
            {
                Thread thread = new(static () => throw new InvalidOperationException("Requested by a test."));
                thread.Start();
                thread.Join();
            }

            File.WriteAllText(file, string.Empty);
            Thread.Sleep(s_pause);
        }
    }
}
