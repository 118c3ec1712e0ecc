using FastShardMap.Near.StormClient;

// The connection string, which holds a password, is the first line of the input and so in no list of processes.
string configuration = Console.ReadLine() ?? throw new InvalidOperationException("There is no connection string.");
await using Client client = await Client.ConnectAsync(configuration, ClientOptions.Parse(args));
Console.WriteLine("connected");
while (Console.ReadLine() is string command)
{
    Console.WriteLine(await client.AnswerAsync(command));
}
