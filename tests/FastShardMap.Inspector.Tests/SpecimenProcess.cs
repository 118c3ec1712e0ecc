using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FastShardMap.Inspector.Commands;

namespace FastShardMap.Inspector.Tests;

/// <summary>The child process with maps in known states; a dump is taken when a test first asks.</summary>
public sealed class SpecimenProcess : IDisposable
{
    private static readonly string s_host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>What a script starts in the background ignores SIGINT, and what nohup starts ignores SIGHUP. So would
    /// the tool that a test starts.</summary>
    private static readonly Lazy<string[]> s_withSignals = new(static () =>
    {
        string[] prefix = ["/usr/bin/env", "--default-signal=HUP,INT,TERM"];
        return OperatingSystem.IsLinux() && RunProcess([.. prefix, "true"]).Code == 0 ? prefix : [];
    });

    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("fsmap-tests-").FullName;
    private string? _dump;

    public SpecimenProcess()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "FastShardMap.Inspector.Specimen.dll");
        _process = Process.Start(new ProcessStartInfo(s_host, [program])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The specimen did not start.");
        Knowledge = JsonDocument.Parse(ReadLine());
    }

    /// <summary>The program that runs the tool and the specimen.</summary>
    public static string Host => s_host;

    /// <summary>What the process says of its maps.</summary>
    public JsonDocument Knowledge { get; }

    public int Id => _process.Id;

    public string IdText => Id.ToString(CultureInfo.InvariantCulture);

    public string Folder => _folder;

    public string Dump => _dump ??= TakeDump("first.dmp");

    public JsonElement KnownOf(string map) => Knowledge.RootElement.GetProperty("Maps").GetProperty(map);

    public string TakeDump(string name)
    {
        string file = Path.Combine(_folder, name);
        Assert.Equal(0, Run("dump", IdText, "--output", file).Code);
        return file;
    }

    public string Ask(string command)
    {
        Tell(command);
        return ReadLine();
    }

    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    /// <summary>
    /// The specimen's next line, without those of the program that dumps it, which writes to the same stream.
    /// </summary>
    public string ReadLine()
    {
        while (true)
        {
            string line = _process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException("The specimen has ended.");
            if (!line.StartsWith("[createdump]", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>
    /// Runs a command: here, or, if it stops a process, in a process of its own. For the runtime collects the state
    /// changes of its child processes, and the debugger's stop of our child is one: the attaching thread would wait for
    /// it for ever.
    /// </summary>
    public static (int Code, string Text) Run(params string[] arguments)
    {
        bool stopsAProcess = arguments is [not ("dump" or "trace"), ..]
            && arguments
                .Skip(1)
                .Any(argument => int.TryParse(argument, CultureInfo.InvariantCulture, out _) && !File.Exists(argument));
        if (stopsAProcess)
        {
            return RunTool(arguments);
        }

        using StringWriter writer = new();
        int code = CommandTree.Run(arguments, writer);
        return (code, writer.ToString());
    }

    /// <summary>The tool's command line, for tests that run it in a way of their own.</summary>
    public static string[] ToolCommand(params string[] arguments) =>
    [
        .. s_withSignals.Value,
        s_host,
        Path.Combine(AppContext.BaseDirectory, "FastShardMap.Inspector.dll"),
        .. arguments,
    ];

    /// <summary>Starts a process with its output and errors redirected.</summary>
    public static Process Start(params string[] command) =>
        Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{command[0]} did not start.");

    /// <summary>Runs a process to its end.</summary>
    public static (int Code, string Text, string Errors) RunProcess(params string[] command)
    {
        using Process process = Start(command);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill();
            Assert.Fail($"{string.Join(' ', command)} does not end.");
        }

        return (process.ExitCode, text, errors.GetAwaiter().GetResult());
    }

    private static (int Code, string Text) RunTool(string[] arguments)
    {
        (int code, string text, string errors) = RunProcess(ToolCommand(arguments));
        Console.Error.Write(errors);
        return (code, text);
    }

    public static JsonElement RunJson(params string[] arguments)
    {
        (int code, string text) = Run([.. arguments, "--json"]);
        Assert.True(code is 0 or 1, $"exit code {code}: {text}");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The address of a map by its name, as 'list' gives it.</summary>
    public string AddressOf(string target, string name)
    {
        JsonElement map = RunJson("list", target)
            .EnumerateArray()
            .Single(map => map.GetProperty("Name").GetString() == name);
        return map.GetProperty("Address").GetString()!;
    }

    public void Dispose()
    {
        Knowledge.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
