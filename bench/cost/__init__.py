"""What an order costs: its whole life through the rooms, every use of AWS counted and priced.

tally       what was used, by step, room and kind
prices      the list prices of prices.toml, and what a tally comes to
clock       simulated time
logs        what functions print
units       write units by DynamoDB's rules
account     AWS as the functions meet it: DynamoDB Local, counted, and stand-ins for the rest
deliveries  what wakes functions, as template.yaml has it
carrier     a carrier that tells one scan more at each question
world       a shop with stock, and all of the above put together
life        the steps of an order's life
standing    what a month costs without orders
report      the table, and the line for machines
check       a short life over HTTP on MiniStack, beside the same in process
proxy       counts what functions ask AWS there
"""
