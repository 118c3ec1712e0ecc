using FastShardMap.Inspector.Specimen;

// A process to look into: its maps are in known states, and it says what it knows of them. Commands come on the
// standard input, one a line; every answer is one line.
if (args is ["bare"])
{
    // A .NET process that never touches the library.
    Console.WriteLine("ready");
    Console.ReadLine();
    return;
}

if (args is ["holders" or "collecting" or "caches"])
{
    switch (args[0])
    {
        case "holders":
            Holders.Create();
            break;
        case "caches":
            Caches.Create();
            break;
        default:
            Collecting.Start();
            break;
    }

    Console.WriteLine("ready");
    while (Console.ReadLine() is not null)
    {
        Console.WriteLine("alive");
    }

    return;
}

Specimens.Create();
Console.WriteLine(Specimens.Describe());
while (Console.ReadLine() is { } command)
{
    switch (command)
    {
        case "grow":
            Specimens.Grow();
            Console.WriteLine(Specimens.Describe());
            break;
        case "chain":
            BlockingPlot.Run();
            Console.WriteLine("done");
            break;
        case "churn":
            Specimens.Churn();
            Console.WriteLine("done");
            break;
        default:
            return;
    }
}
